#include "adapter_talk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const troupe::agents::attempt_plan plan{
    .cwd = "/work", .backend_config = {R"({"protocol_version":2})"}};
  troupe::agents::talk("acp", plan, text);
  return 0;
}
