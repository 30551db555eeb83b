#include "a2a/recorded.hpp"

#include "agents/agent_line.hpp"

#include <fstream>

namespace troupe::agents::a2a {

namespace {

void read_plan(const json& plan, attempt_plan& into) {
  into.cwd = "/cwd";
  into.backend_config = {R"({"agent_url":"http://agent.test"})"};
  into.session = std::string(text_in(plan, "session"));
  into.resume = flag_in(plan, "resume");
}

agent_input input_of(const json& line) {
  return {
    .kind = from_name<input_kind>(text_in(line, "kind")).value_or(input_kind::turn),
    .body = {print_json(member(line, "body"))}};
}

} // namespace

transcript read_recorded(const std::filesystem::path& file) {
  transcript t;
  t.backend = "remote_a2a";
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    const auto entry = json::parse(text);
    const auto dir = text_in(entry, "dir");
    const auto& line = entry.at("line");
    if (dir == "meta")
      read_plan(member(line, "plan"), t.plan);
    else if (dir == "out")
      t.entries.emplace_back(transcript::printed{line.get<std::string>()});
    else if (dir == "in")
      t.entries.emplace_back(input_of(line));
    else if (dir == "exit") {
      t.end.code = number_in(line, "code");
      t.end.signal = number_in(line, "signal");
    }
  }
  return t;
}

} // namespace troupe::agents::a2a
