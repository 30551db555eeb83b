#include "acp/recorded.hpp"

#include "agents/agent_line.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <utility>

namespace troupe::agents::acp {

namespace {

class reader {
public:
  explicit reader(transcript& to) : t_(to) { t_.backend = "acp"; }

  void read(const json& entry) {
    const auto dir = text_in(entry, "dir");
    const auto& line = entry.at("line");
    if (dir == "meta")
      meta(line);
    else if (dir == "exit")
      exit(line);
    else if (dir == "out")
      printed(line.get<std::string>());
    else if (dir == "in")
      said(read_object(line.get<std::string>()).value_or(json::object()));
    else if (dir == "err")
      t_.end.stderr_tail += line.get<std::string>() + "\n";
  }

private:
  void meta(const json& line) {
    if (text_in(line, "stdin") == "closed")
      t_.entries.emplace_back(agent_input{.kind = input_kind::close});
    const auto& plan = member(line, "plan");
    if (!plan.is_object())
      return;
    json config = json::object();
    if (plan.contains("mode"))
      config["permission_mode"] = plan["mode"];
    config["protocol_version"] = plan["protocol_version"];
    t_.plan.cwd = "/cwd";
    t_.plan.backend_config = {print_json(config)};
    t_.plan.resume = plan.contains("resume");
    if (t_.plan.resume)
      t_.plan.session = std::string(text_in(plan, "resume"));
  }

  void exit(const json& line) {
    if (const auto code = number_in(line, "code"))
      t_.end.code = static_cast<int>(*code);
    if (text_in(line, "signal") == "SIGKILL")
      t_.end.signal = SIGKILL;
  }

  void printed(const std::string& line) {
    const auto message = read_object(line);
    if (message && message->contains("method") && message->contains("id"))
      requests_[print_json(message->at("id"))] = text_in(*message, "method");
    t_.entries.emplace_back(transcript::printed{line});
  }

  void said(const json& message) {
    const auto method = text_in(message, "method");
    if (method == "session/prompt")
      add(input_kind::turn, {{"text", prompt_of(message)}});
    else if (method == "session/cancel")
      add(input_kind::interrupt, json::object());
    else if (method.empty() && message.contains("id"))
      answered(message, requests_[print_json(message.at("id"))]);
  }

  static std::string prompt_of(const json& message) {
    const auto& prompt = member(member(message, "params"), "prompt");
    return std::string(text_in(prompt.at(0), "text"));
  }

  void answered(const json& message, const std::string& method) {
    const auto& result = member(message, "result");
    if (method.starts_with("fs/"))
      return file(result, member(message, "error"));
    const auto& outcome = member(result, "outcome");
    const auto& id = message.at("id");
    if (text_in(outcome, "outcome") == "selected")
      add(
        input_kind::answer,
        {{"request_id", id.is_string() ? id.get<std::string>() : print_json(id)},
         {"decision", text_in(outcome, "optionId")}});
  }

  void file(const json& result, const json& error) {
    file_answer came;
    if (result.contains("content"))
      came.text = text_in(result, "content");
    else if (number_in(error, "code") == -32002)
      came.missing = true;
    else if (error.is_object())
      came.error = text_in(error, "message");
    else
      came.created = true;
    add(input_kind::file, encode(came));
  }

  void add(input_kind kind, const json& body) {
    const agent_input input{.kind = kind, .body = {print_json(body)}};
    const bool first = kind == input_kind::turn && !std::exchange(asked_, true);
    t_.entries.insert(first ? t_.entries.begin() : t_.entries.end(), input);
  }

  transcript& t_;
  std::map<std::string, std::string> requests_;
  bool asked_ = false;
};

} // namespace

transcript read_recorded(const std::filesystem::path& file) {
  transcript t;
  reader reads(t);
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);)
    reads.read(json::parse(text));
  const auto is_turn = [](const transcript::entry& e) {
    const auto* said = std::get_if<agent_input>(&e);
    return said && said->kind == input_kind::turn;
  };
  if (std::ranges::none_of(t.entries, is_turn))
    t.entries.insert(
      t.entries.begin(),
      agent_input{.kind = input_kind::turn, .body = {R"({"text":"never sent"})"}});
  return t;
}

} // namespace troupe::agents::acp
