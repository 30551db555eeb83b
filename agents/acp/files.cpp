#include "agents/acp/files.hpp"

#include "agents/acp/permissions.hpp"
#include "agents/acp/rpc.hpp"
#include "agents/acp/tool_calls.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents::acp {

namespace {

/// `count` lines from the `first`-th on, which is 1 for the first.
std::string_view lines_of(
  std::string_view text,
  std::optional<std::int64_t> first,
  std::optional<std::int64_t> count) {
  for (auto skip = first.value_or(1); skip > 1 && !text.empty(); --skip)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  if (!count)
    return text;
  std::size_t end = 0;
  for (auto left = *count; left > 0 && end < text.size(); --left)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

} // namespace

void files::request(
  std::string_view method, const json& line, const permissions& permitted, step& out) {
  const auto& params = member(line, "params");
  asked what{
    .id = member(line, "id"),
    .path = std::string(text_in(params, "path")),
    .writes = method == "fs/write_text_file",
    .first_line = number_in(params, "line"),
    .lines = number_in(params, "limit")};
  const auto refuse = [&](std::string_view why) {
    rpc::refuse(what.id, code::internal_error, why, out);
    warn(
      out, "file_refused", {{"path", what.path}, {"write", what.writes}, {"why", why}});
  };
  const bool denied = what.writes ? permitted.denies("Edit", what.path) ||
                                      permitted.denies("Write", what.path)
                                  : permitted.denies("Read", what.path);
  if (what.path.empty())
    return refuse("names no path");
  if (denied)
    return refuse("denied by the permissions of this run");
  if (waiting_.size() == waiting_max)
    return refuse("too many files are asked for at once");
  if (!what.writes && read_bytes_ >= read_bytes_max)
    return refuse(
      "64 MiB were read for this attempt, the most there is; read it yourself");
  file_request wanted{.path = what.path, .text = {}};
  if (what.writes)
    wanted.text = text_in(params, "content");
  out.files.push_back(std::move(wanted));
  waiting_.push_back(std::move(what));
}

void files::answer(const file_answer& came, tool_calls& calls, step& out) {
  if (waiting_.empty())
    return;
  const auto what = std::move(waiting_.front());
  waiting_.pop_front();
  read_bytes_ += came.text.value_or("").size();
  if (came.error) {
    rpc::refuse(what.id, code::internal_error, *came.error, out);
    return warn(
      out,
      "file_refused",
      {{"path", what.path}, {"write", what.writes}, {"why", *came.error}});
  }
  if (!what.writes)
    return read(what, came, out);
  rpc::answer(what.id, json::object(), out);
  tell(
    out,
    event_type::file_changed,
    {{"path", what.path}, {"change", came.created ? "create" : "update"}});
  calls.wrote(what.path);
}

void files::read(const asked& what, const file_answer& came, step& out) const {
  if (came.missing && !lenient_)
    return rpc::refuse(
      what.id, code::resource_not_found, "Resource not found: " + what.path, out);
  const auto text = came.text.value_or("");
  rpc::answer(what.id, {{"content", lines_of(text, what.first_line, what.lines)}}, out);
}

} // namespace troupe::agents::acp
