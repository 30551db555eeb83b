#include "adapter_talk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text(">0{\"text\":\"go\"}\n"
                   "{\"type\":\"thread.started\",\"thread_id\":\"t\"}\n"
                   "{\"type\":\"turn.started\"}\n");
  text.append(reinterpret_cast<const char*>(bytes), size);
  troupe::agents::talk("codex_exec", {}, text);
  return 0;
}
