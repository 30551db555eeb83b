#include "adapter_talk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  troupe::agents::talk("process", {.backend_config = {R"({"stdin":"json"})"}}, text);
  return 0;
}
