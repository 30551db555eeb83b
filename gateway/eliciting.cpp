#include "gateway/eliciting.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t detail_bytes_max = 1500;
constexpr std::size_t asked_at_once = 8;

std::string key_of(const std::string& run_id, const std::string& request_id) {
  return run_id + "/" + request_id;
}

bool has_key(const json& keys, const std::string& key) {
  return keys.is_array() && std::ranges::find(keys, json(key)) != keys.end();
}

/// The page on which somebody logs in, if the request names one.
std::string page_of(const open_question& what) {
  const auto detail = parse_json(what.detail.text).value_or(json::object());
  for (const char* name : {"url", "auth_url", "verification_uri"})
    if (const auto& url = member(detail, name); url.is_string())
      if (const auto text = url.get<std::string>();
          text.starts_with("https://") || text.starts_with("http://"))
        return text;
  return {};
}

json page_form(const open_question& what, const std::string& url, revision rev) {
  json params{
    {"mode", "url"},
    {"message", what.agent_name + " needs a login: " + what.title},
    {"url", url}};
  if (rev < modern)
    params["elicitationId"] = key_of(what.run_id, what.request_id);
  return {{"method", "elicitation/create"}, {"params", std::move(params)}};
}

/// One wait, from the call to its answer.
struct waiting {
  guest who;
  std::shared_ptr<const request> asked;
  settle_with reply;
  json past = json::array(); ///< Keys of what was asked before.

  [[nodiscard]] const tool_call& call() const {
    return std::get<tool_call>(asked->what);
  }

  /// Hands on what was given since the last round, one after the other.
  void settle(std::vector<std::string> keys) const {
    if (keys.empty())
      return wait();
    const auto key = keys.back();
    keys.pop_back();
    const auto given = decided(*asked, key);
    if (!given)
      return settle(std::move(keys));
    continue_run answer;
    answer.run_id = key.substr(0, key.find('/'));
    answer.input_message.parts = {
      {.type = part_type::data, .data = raw_json{encode_text(*given)}}};
    auto q = who.as;
    q.timeout = 30s;
    q.key = who.as.key.empty() ? "" : who.as.key + " " + key;
    ask<continue_run>(
      q,
      &desk::registry,
      std::move(answer),
      [w = *this, keys = std::move(keys)](const result<continued_run>&) {
        w.settle(keys);
      });
  }

  void wait() const {
    row_for(*call().which)
      .call(who.as, call().arguments, [w = *this](const result<raw_json>& given) {
        if (!given)
          return w.reply(complaint{given.error().message});
        w.look(*given);
      });
  }

  /// Asks the person about what has not been asked before; else it is the answer.
  void look(const raw_json& given) const {
    const auto told = parse_json(given.text).value_or(json::object());
    const auto runs = told.value("runs", json::array());
    auto ids = std::make_shared<std::vector<std::string>>();
    for (const auto& run : runs)
      if (run.value("pending_requests", 0) > 0 && ids->size() < asked_at_once)
        ids->push_back(run.value("run_id", ""));
    gather(given, ids, json::object());
  }

  void gather(
    const raw_json& given,
    const std::shared_ptr<std::vector<std::string>>& ids,
    json forms) const {
    if (ids->empty() || forms.size() >= asked_at_once)
      return say(given, std::move(forms));
    list_pending question;
    question.run_id = ids->back();
    ids->pop_back();
    auto q = who.as;
    q.timeout = 15s;
    ask<list_pending>(
      q,
      &desk::registry,
      std::move(question),
      [w = *this, given, ids, forms = std::move(forms)](
        const result<open_questions>& open) mutable {
        for (const auto& each : open ? open->requests : std::vector<open_question>())
          if (const auto key = key_of(each.run_id, each.request_id);
              !has_key(w.past, key) && forms.size() < asked_at_once)
            if (auto form = shown_request(each, *w.asked); !form.is_null())
              forms[key] = std::move(form);
        w.gather(given, ids, std::move(forms));
      });
  }

  void say(const raw_json& given, json forms) const {
    if (forms.empty())
      return reply(tool_data{given});
    auto all = past;
    for (const auto& [key, form] : forms.items())
      all.push_back(key);
    json settled = json::array();
    for (const auto& [key, given_before] : asked->inputs.items())
      settled.push_back(key);
    json state{{"past", std::move(all)}, {"settled", std::move(settled)}};
    reply(needs{std::move(forms), std::move(state)});
  }
};

} // namespace

bool asks_its_person(const guest& who, const request& asked) {
  const auto* call = std::get_if<tool_call>(&asked.what);
  const auto answers = [](const tool* t) { return t->info.name == "continue_run"; };
  return call && call->which->info.name == "wait_runs" &&
         std::ranges::any_of(who.offered->tools, answers) && asked.client.form &&
         !asked.client.tasks && !who.as.who->run_id &&
         call->arguments.value("until", "attention") == "attention";
}

void wait_asking(const guest& who, const request& asked, settle_with reply) {
  waiting w{who, std::make_shared<const request>(asked), std::move(reply)};
  const auto& past = member(asked.state, "past");
  w.past = past.is_array() ? past : json::array();
  const auto& settled = member(asked.state, "settled");
  std::vector<std::string> fresh;
  for (const auto& [key, given] : asked.inputs.items())
    if (has_key(w.past, key) && !has_key(settled, key))
      fresh.push_back(key);
  w.settle(std::move(fresh));
}

json shown_request(const open_question& what, const request& to) {
  const auto url = what.kind == "auth" ? page_of(what) : std::string();
  if (!url.empty() && to.client.url)
    return page_form(what, url, to.rev);
  if (what.options.empty())
    return nullptr;
  const bool asks = std::ranges::find(what.options, "answer") != what.options.end();
  const json schema{
    {"type", "object"},
    {"properties",
     {{"decision",
       {{"type", "string"},
        {"title", "Decision"},
        {"enum", what.options},
        {"default", what.options.front()}}},
      {"message",
       {{"type", "string"},
        {"title", asks ? "Answer" : "Reason"},
        {"description",
         asks ? "What the agent is told." : "Told to the agent if you deny."}}}}},
    {"required", {"decision"}}};
  return form(
    what.agent_name + " asks: " + what.title + "\n" +
      std::string(utf8_prefix(what.detail.text, detail_bytes_max)),
    schema);
}

std::optional<request_answer> decided(const request& asked, const std::string& key) {
  const auto* form = filled_in(asked, key);
  if (form == nullptr || !member(*form, "decision").is_string())
    return {};
  request_answer answer;
  answer.request_id = key.substr(key.find('/') + 1);
  answer.decision = (*form)["decision"].get<std::string>();
  if (const auto& words = member(*form, "message");
      words.is_string() && !words.get_ref<const std::string&>().empty())
    answer.message = words.get<std::string>();
  return answer;
}

} // namespace troupe::mcp
