#include "cli/ledger.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cli {

namespace {

/// A string among the params of a message, or empty.
std::string parameter(std::string_view line, const char* name) {
  const auto message = jsonrpc::read_line(line);
  if (!message)
    return {};
  const auto it = message->params.find(name);
  if (it == message->params.end())
    return {};
  return it->is_string() && std::string_view(name) == "uri" ? it->get<std::string>()
                                                            : print_json(*it);
}

std::string error_answer(const std::string& id, std::string_view why) {
  const auto value = parse_json(id);
  return print_json(
    jsonrpc::failure(value ? *value : json(), jsonrpc::internal_error, why));
}

} // namespace

bool ledger::begins_anew(std::string_view line) const {
  if (!begun_ || line.find("\"initialize\"") == std::string_view::npos)
    return false;
  const auto e = peek(line);
  return e && e->what == jsonrpc::kind::request && e->method == "initialize";
}

bool ledger::client_said(std::string_view line) {
  const auto e = peek(line);
  if (!e)
    return false;
  if (e->what == jsonrpc::kind::request)
    remember(*e, line);
  else if (e->method == "notifications/initialized")
    initialized_ = line;
  else if (e->method == "notifications/cancelled")
    cancelled(line);
  else
    return false;
  return true;
}

void ledger::remember(const envelope& e, std::string_view line) {
  begun_ = begun_ || e.method == "initialize" || e.method == "tools/call";
  if (e.method == "initialize") {
    initialize_ = line;
    initialize_id_ = e.id;
    open_ = false;
  } else if (e.method == "logging/setLevel") {
    level_ = line;
  } else if (e.method == "resources/subscribe" || e.method == "resources/unsubscribe") {
    subscribe(e.method == "resources/subscribe", line);
  }
  const bool keep = kept_bytes_ + line.size() <= kept_bytes_max;
  kept_bytes_ += keep ? line.size() : 0;
  requests_.push_back({e.id, e.method, keep ? std::string(line) : std::string()});
}

void ledger::subscribe(bool on, std::string_view line) {
  auto uri = parameter(line, "uri");
  if (on)
    subscriptions_[std::move(uri)] = line;
  else
    subscriptions_.erase(uri);
}

void ledger::cancelled(std::string_view line) {
  const auto id = parameter(line, "requestId");
  const auto it = std::ranges::find(requests_, id, &request::id);
  if (it != requests_.end())
    drop(it);
}

bool ledger::daemon_said(std::string_view line) {
  answered_ = false;
  const auto e = peek(line);
  if (!e || e->what != jsonrpc::kind::response)
    return true;
  if (repeated_.erase(e->id) > 0) {
    answered_ = true;
    if (e->id == opening_id_)
      opening_id_.clear();
    return false;
  }
  const auto it = std::ranges::find(requests_, e->id, &request::id);
  if (it == requests_.end())
    return true;
  answered_ = true;
  if (it->method == "initialize" && it->id == initialize_id_)
    open_ = true;
  drop(it);
  return true;
}

bool ledger::opening_unanswered() const {
  return !opening_id_.empty();
}

std::vector<std::string> ledger::opening() {
  repeated_.clear();
  opening_id_.clear();
  if (!open_)
    return {};
  auto line = repeat(initialize_);
  opening_id_ = *repeated_.begin();
  return {std::move(line)};
}

std::vector<std::string> ledger::rest() {
  std::vector<std::string> lines;
  if (open_ && !initialized_.empty())
    lines.push_back(initialized_);
  if (!level_.empty() && !waits_for("logging/setLevel"))
    lines.push_back(repeat(level_));
  if (!waits_for("resources/subscribe"))
    for (const auto& [uri, line] : subscriptions_)
      lines.push_back(repeat(line));
  for (const auto& r : requests_) {
    if (!r.line.empty())
      lines.push_back(r.line);
    if (r.method == "initialize" && !initialized_.empty())
      lines.push_back(initialized_);
  }
  return lines;
}

std::vector<std::string> ledger::unkept() {
  std::vector<std::string> answers;
  for (auto it = requests_.begin(); it != requests_.end();) {
    const auto each = it++;
    if (!each->line.empty())
      continue;
    answers.push_back(error_answer(
      each->id,
      "the daemon was lost while it worked on this request, which was too large to be "
      "kept for sending again; whether it was done is not known: look before you "
      "repeat it"));
    drop(each);
  }
  return answers;
}

std::vector<std::string> ledger::give_up(std::string_view why) {
  std::vector<std::string> answers;
  for (const auto& r : requests_)
    answers.push_back(error_answer(r.id, why));
  requests_.clear();
  kept_bytes_ = 0;
  return answers;
}

bool ledger::waits_for(std::string_view method) const {
  return std::ranges::find(requests_, method, &request::method) != requests_.end();
}

void ledger::drop(std::list<request>::iterator which) {
  kept_bytes_ -= which->line.size();
  requests_.erase(which);
}

std::string ledger::repeat(const std::string& line) {
  auto message = parse_json(line);
  if (!message)
    return line;
  (*message)["id"] = "troupe:repeat:" + std::to_string(++repeats_);
  repeated_.insert(print_json((*message)["id"]));
  return print_json(*message);
}

} // namespace troupe::cli
