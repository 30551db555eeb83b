#include "transcript.hpp"

#include "a2a/recorded.hpp"
#include "acp/recorded.hpp"
#include "agents/agent_line.hpp"
#include "agents/checked.hpp"
#include "codex/host_lines.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace troupe::agents {

namespace {

json user_text(const json& line) {
  const auto& content = member(member(line, "message"), "content");
  if (content.is_string())
    return {{"text", content}};
  std::string text;
  for (const auto& block : content)
    text += text_in(block, "text");
  return {{"text", text}};
}

json answer_body(const json& response) {
  const auto& given = member(response, "response");
  const bool allows = text_in(given, "behavior") == "allow";
  json body{{"request_id", text_in(response, "request_id")}};
  body["decision"] = !allows                                ? "deny"
                     : given.contains("updatedPermissions") ? "allow_always"
                                                            : "allow";
  if (const auto message = text_in(given, "message"); !message.empty())
    body["message"] = message;
  if (const auto& changed = member(given, "updatedInput"); changed.is_object())
    body["updated_input"] = changed;
  return body;
}

std::optional<agent_input> input_of(const std::string& text) {
  const auto line = read_object(text);
  if (!line)
    return {};
  const auto type = text_in(*line, "type");
  if (type == "user")
    return agent_input{
      .kind = input_kind::turn, .body = {print_json(user_text(*line))}};
  if (type == "control_response")
    return agent_input{
      .kind = input_kind::answer,
      .body = {print_json(answer_body(member(*line, "response")))}};
  if (text_in(member(*line, "request"), "subtype") == "interrupt")
    return agent_input{.kind = input_kind::interrupt};
  return {};
}

void read_start(const json& meta, attempt_plan& plan) {
  plan.cwd = text_in(meta, "cwd");
  std::string before;
  for (const auto& each : member(meta, "argv")) {
    const auto word = each.get<std::string>();
    if (before == "--json-schema")
      plan.output_schema = raw_json{word};
    if (before == "resume") {
      plan.session = word;
      plan.resume = true;
    }
    before = word;
  }
}

std::string backend_of(const std::filesystem::path& file) {
  const auto agent = file.parent_path().filename().string();
  return agent.starts_with("codex") ? agent : "claude_code";
}

std::optional<agent_input> said_in(const std::string& text, transcript& t) {
  if (t.backend == "codex")
    return codex::read_host_line(text, t.plan);
  if (t.backend == "codex_exec")
    return agent_input{
      .kind = input_kind::turn, .body = {print_json({{"text", text}})}};
  return input_of(text);
}

std::optional<int> signal_number(std::string_view name) {
  if (name == "SIGKILL")
    return SIGKILL;
  return name.empty() ? std::nullopt : std::optional(SIGTERM);
}

class player {
public:
  explicit player(const transcript& t)
    : speaks_(make_adapter(*find_backend(t.backend), t.plan)) {}

  void operator()(const transcript::printed& p) {
    step out;
    speaks_->line(p.line, false, out);
    note(out);
  }
  void operator()(const agent_input& said) {
    step out;
    speaks_->input(said, out);
    note(out);
  }

  std::vector<std::string> finish(const process_end& end) {
    step given_up;
    speaks_->over(given_up);
    note(given_up);
    json last{{"exit", encode(speaks_->ended(end))}};
    last["outcome"] = encode(speaks_->outcome());
    last["session"] = speaks_->session().has_value();
    last["pending"] = speaks_->pending().size();
    last["open_tools"] = speaks_->open_tools();
    write(last);
    return std::move(lines_);
  }

private:
  void note(const step& out) {
    for (const auto& event : out.events)
      write({{"event", to_string(event.type)}, {"data", encode(event.data)}});
    for (const auto& line : out.lines)
      write({{"send", parse_json(line).value_or(json(line))}});
    for (const auto& file : out.files)
      write({{"file", file.path}, {"write", file.text.has_value()}});
    if (out.close_stdin)
      write({{"send", nullptr}});
    if (out.ended)
      write(
        {{"turn_end", encode(out.ended->reason)},
         {"result", encode(out.ended->result)}});
  }

  static void shorten(json& j) {
    constexpr std::size_t shown_max = 160;
    if (j.is_string())
      j = one_line(j.get<std::string>(), shown_max);
    else if (j.is_structured())
      for (auto& each : j)
        shorten(each);
  }

  void write(json line) {
    shorten(line);
    lines_.push_back(print_json(line));
  }

  std::unique_ptr<adapter> speaks_;
  std::vector<std::string> lines_;
};

} // namespace

transcript read_transcript(const std::filesystem::path& file) {
  if (file.parent_path().filename() == "a2a")
    return a2a::read_recorded(file);
  if (file.parent_path().filename().string().starts_with("acp"))
    return acp::read_recorded(file);
  transcript t{.backend = backend_of(file)};
  bool asked = false;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    const auto entry = json::parse(text);
    const auto dir = text_in(entry, "dir");
    const auto& line = entry.at("line");
    const auto words = line.is_string() ? line.get<std::string>() : std::string();
    if (dir == "out")
      t.entries.emplace_back(transcript::printed{words});
    else if (line.contains("argv"))
      read_start(line, t.plan);
    else if (dir == "err")
      t.end.stderr_tail += words + "\n";
    else if (dir == "in-eof" || text_in(line, "stdin") == "closed")
      t.entries.emplace_back(agent_input{.kind = input_kind::close});
    else if (dir == "exit") {
      t.end.code = number_in(line, "code");
      t.end.signal = signal_number(text_in(line, "signal"));
    } else if (const auto said = dir == "in" ? said_in(words, t) : std::nullopt) {
      const bool first = said->kind == input_kind::turn && !std::exchange(asked, true);
      const bool greeted = first && t.backend == "codex";
      t.entries.insert(greeted ? t.entries.begin() : t.entries.end(), *said);
    }
  }
  if (!asked)
    t.entries.insert(
      t.entries.begin(),
      agent_input{.kind = input_kind::turn, .body = {R"({"text":"as argued"})"}});
  return t;
}

std::vector<std::string> play(const transcript& t) {
  player plays(t);
  for (const auto& entry : t.entries)
    std::visit(plays, entry);
  return plays.finish(t.end);
}

std::vector<std::filesystem::path> transcript_files() {
  const std::filesystem::path recorded(TROUPE_SOURCE_DIR "/tests/transcripts");
  const auto* other = std::getenv("TROUPE_TRANSCRIPTS");
  const auto directories = other ? std::vector<std::filesystem::path>{other}
                                 : std::vector{
                                     recorded / "a2a",
                                     recorded / "acp",
                                     recorded / "claude",
                                     recorded / "codex",
                                     recorded / "codex_exec"};
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& directory : directories)
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
      if (entry.path().extension() == ".ndjson")
        files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

} // namespace troupe::agents
