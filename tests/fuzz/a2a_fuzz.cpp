#include "adapter_talk.hpp"

/// A card first, so that most inputs get as far as a task.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text =
    ">\0{\"text\":\"do it\"}\n"
    R"({"what":"reply","id":1,"status":200,"body":{"capabilities":{"streaming":true},)"
    R"("supportedInterfaces":[{"url":"/rpc","protocolVersion":"1.0"}]}})"
    "\n";
  text[1] = '\0';
  text.append(reinterpret_cast<const char*>(bytes), size);
  const bool resumes = size > 0 && (bytes[0] & 1) == 1;
  const troupe::agents::attempt_plan plan{
    .cwd = "/work",
    .backend_config = {R"({"agent_url":"http://agent.test"})"},
    .session = resumes ? R"({"key":"k","said":1,"task":"t1"})" : "k",
    .resume = resumes};
  troupe::agents::talk("remote_a2a", plan, text);
  return 0;
}
