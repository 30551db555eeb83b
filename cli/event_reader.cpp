#include "cli/event_reader.hpp"

#include "cli/console.hpp"
#include "cli/render.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace troupe::cli {

namespace {

constexpr std::uint32_t page_events = 1000;
constexpr std::uint32_t page_bytes = 1024 * 1024;
constexpr int exit_detached = 130;

} // namespace

event_reader::event_reader(door& at, std::string run, bool as_json, std::uint64_t after)
  : at_(&at), run_(std::move(run)), after_(after), as_json_(as_json),
    as_(look_of_stdout()) {}

result<event_page> event_reader::next(std::uint32_t wait_ms) {
  auto query = naming(run_);
  query["after_seq"] = after_;
  query["limit"] = page_events;
  query["wait_ms"] = wait_ms;
  query["max_bytes"] = page_bytes;
  auto answer =
    at_->call("poll_events", std::move(query), std::chrono::milliseconds(wait_ms));
  if (!answer)
    return fail(std::move(answer.error()));
  return decode<event_page>(*answer);
}

bool event_reader::print_page(const event_page& page) {
  std::string text;
  for (const auto& event : page.events)
    text += as_json_ ? event.text + '\n' : human(event);
  after_ = std::max(after_, page.next_after_seq);
  return text.empty() || print(text);
}

std::string event_reader::human(const raw_json& event) const {
  const auto value = parse_json(event.text);
  if (!value)
    return {};
  auto text = render_event(*value, as_);
  if (value->value("type", "") == "input_required")
    text += how_to_answer(*value);
  return text;
}

std::string event_reader::how_to_answer(const json& event) const {
  auto request = decode<pending_request>(event.value("data", json::object()));
  if (!request)
    return {};
  const auto text = render_request(run_, *request);
  return text.substr(text.find('\n') + 1);
}

int detached(const std::string& run) {
  std::fprintf(
    stderr,
    "\n%s runs on. troupe logs -f %s to follow it again, troupe kill %s to end it.\n",
    run.c_str(),
    run.c_str(),
    run.c_str());
  return exit_detached;
}

} // namespace troupe::cli
