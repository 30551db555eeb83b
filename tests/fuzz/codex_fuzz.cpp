#include "adapter_talk.hpp"

/// The handshake is not left to chance: what follows it is what there is to find.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text(
    ">0{\"text\":\"go\"}\n"
    "{\"id\":\"initialize\",\"result\":{}}\n"
    "{\"id\":\"thread\",\"result\":{\"thread\":{\"id\":\"t\"}}}\n"
    "{\"method\":\"turn/"
    "started\",\"params\":{\"threadId\":\"t\",\"turn\":{\"id\":\"u\"}}}\n");
  text.append(reinterpret_cast<const char*>(bytes), size);
  troupe::agents::talk(
    "codex",
    {.permissions = {.allow = {"Bash(git *)"}, .ask = {}, .deny = {"Edit"}},
     .output_schema =
       troupe::raw_json{R"({"type":"object","properties":{"n":{"type":"integer"}}})"}},
    text);
  return 0;
}
