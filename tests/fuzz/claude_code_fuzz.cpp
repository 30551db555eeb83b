#include "adapter_talk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  troupe::agents::talk("claude_code", {}, text);
  return 0;
}
