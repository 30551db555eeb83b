#include "gateway/resources.hpp"

#include "gateway/verbs.hpp"
#include "mcp/seal.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

using place = address::place;
using namespace std::chrono_literals;

constexpr auto answer_time = 15s;
constexpr std::uint32_t page_runs = 40;
constexpr std::uint64_t last_events = 100;
constexpr std::size_t transcript_lines = 400;

inquiry in_time(inquiry q) {
  q.timeout = answer_time;
  return q;
}

refusal unread(const std::string& uri, const error& why) {
  const bool absent = why.code == errc::not_found || why.code == errc::invalid_argument;
  if (absent)
    return no_such_resource(uri, why.message);
  return {jsonrpc::internal_error, why.message, {{"uri", uri}}};
}

json contents(const std::string& uri, place what, std::string text) {
  return {{"uri", uri}, {"mimeType", mime_type(what)}, {"text", std::move(text)}};
}

/// One tool called for its answer, by its row.
void tell(
  const guest& who,
  std::string_view tool_name,
  const json& arguments,
  reply_to<raw_json> reply) {
  const auto& all = tools();
  const auto row = std::ranges::find_if(
    all, [&](const tool_row& r) { return r.shown.info.name == tool_name; });
  row->call(who.as, arguments, std::move(reply));
}

/// What of a run is its outcome; shortened places keep their pointers.
std::string outcome_alone(const raw_json& view) {
  const auto all = parse_json(view.text).value_or(json::object());
  json some = json::object();
  for (const char* name : {"run_id", "status", "result", "error", "exit", "truncated"})
    if (all.contains(name))
      some[name] = all.at(name);
  return print_json(some);
}

std::string last_of(const std::vector<std::string>& lines, std::size_t bytes_max) {
  std::size_t bytes = 0;
  auto from = lines.end();
  while (from != lines.begin() && bytes + (from - 1)->size() < bytes_max)
    bytes += (--from)->size() + 1;
  std::string text;
  for (; from != lines.end(); ++from)
    text.append(*from).append("\n");
  return text;
}

struct reading {
  guest who;
  std::string uri;
  address at;
  resource_to reply;

  void settle(const result<raw_json>& given) const {
    if (!given)
      return reply(tl::unexpected(unread(uri, given.error())));
    reply(contents(
      uri, at.what, at.what == place::result ? outcome_alone(*given) : given->text));
  }

  void by_tool(std::string_view name, const json& arguments) const {
    tell(who, name, arguments, [r = *this](const result<raw_json>& given) {
      r.settle(given);
    });
  }

  /// The last of its events, if it is not said after which.
  void events() const {
    const auto from = [r = *this](std::uint64_t after) {
      r.by_tool(
        "poll_events", {{"run_id", r.at.id}, {"after_seq", after}, {"wait_ms", 0}});
    };
    if (at.after_seq)
      return from(*at.after_seq);
    last_seq([from](std::uint64_t last) {
      from(last > last_events ? last - last_events : 0);
    });
  }

  void transcript() const {
    last_seq([r = *this](std::uint64_t last) {
      poll_events question;
      question.run_id = r.at.id;
      question.after_seq = last > transcript_lines ? last - transcript_lines : 0;
      question.limit = transcript_lines;
      question.wait_ms = 0;
      question.max_bytes = answer_bytes_max;
      ask<poll_events>(
        in_time(r.who.as),
        &desk::registry,
        std::move(question),
        [r](result<event_page> page) {
          if (!page)
            return r.reply(tl::unexpected(unread(r.uri, page.error())));
          r.reply(contents(
            r.uri,
            r.at.what,
            last_of(last_lines(page->events, transcript_lines), answer_bytes_default)));
        });
    });
  }

  void sessions() const {
    list_sessions question;
    if (at.what == place::session)
      question.session_id = at.id;
    ask<list_sessions>(
      in_time(who.as),
      &desk::registry,
      std::move(question),
      [r = *this](const result<session_page>& page) {
        if (!page)
          return r.settle(fail(page.error()));
        r.settle(
          r.at.what == place::session
            ? fitted(page->sessions.front(), answer_bytes_default)
            : fitted(*page, answer_bytes_default));
      });
  }

private:
  void last_seq(std::function<void(std::uint64_t)> then) const {
    get_run question;
    question.run_id = at.id;
    ask<get_run>(
      in_time(who.as),
      &desk::registry,
      std::move(question),
      [r = *this, then = std::move(then)](const result<run_view>& run) {
        if (!run)
          return r.reply(tl::unexpected(unread(r.uri, run.error())));
        then(run->last_seq);
      });
  }
};

std::string not_ours(const std::string& uri) {
  return "no such resource: " + one_line(uri, 200) +
         "; resources/list and resources/templates/list tell which there are";
}

bool is_of_run(const address& at) {
  return at.what != place::session && !at.id.empty();
}

/// What of the asked is there, by the answers to all of them.
struct granting {
  granted some;
  std::size_t awaited = 1;
  settle_with reply;
  std::string first;

  void come() {
    if (--awaited > 0)
      return;
    if (some.uris.empty())
      return reply(no_such_resource(
        first, not_ours(first) + "; what is watched is named by its whole id"));
    reply(std::move(some));
  }
};

} // namespace

void list_resources(const guest& who, const resource_list& asked, settle_with reply) {
  const refusal not_a_cursor{
    jsonrpc::invalid_params, "cursor: not from a page of resources/list", nullptr};
  list_runs question;
  question.limit = page_runs;
  if (asked.cursor) {
    question.cursor = from_hex(*asked.cursor);
    if (!question.cursor)
      return reply(not_a_cursor);
  }
  ask<list_runs>(
    in_time(who.as),
    &desk::registry,
    question,
    [reply, not_a_cursor, first = !asked.cursor](const result<run_page>& page) {
      if (!page && page.error().code == errc::invalid_argument)
        return reply(not_a_cursor);
      if (!page)
        return reply(refusal{jsonrpc::internal_error, page.error().message, nullptr});
      json all{{"resources", first ? fixed_resources() : json::array()}};
      for (const auto& run : page->runs)
        all["resources"].push_back(listed_run(run));
      if (page->next_cursor)
        all["nextCursor"] = to_hex(*page->next_cursor);
      reply(result_fields{std::move(all)});
    });
}

void fetch(const guest& who, const std::string& uri, resource_to reply) {
  const auto at = read_address(uri);
  if (!at)
    return reply(tl::unexpected(no_such_resource(uri, not_ours(uri))));
  const reading r{who, uri, *at, std::move(reply)};
  switch (at->what) {
  case place::runs:
    return r.by_tool("list_runs", json::object());
  case place::run:
  case place::result:
    return r.by_tool("get_run", {{"run_id", at->id}});
  case place::events:
    return r.events();
  case place::transcript:
    return r.transcript();
  case place::sessions:
  case place::session:
    return r.sessions();
  case place::tree:
    return r.by_tool("get_tree", json::object());
  }
}

void read_resource(const guest& who, const std::string& uri, settle_with reply) {
  fetch(who, uri, [reply](tl::expected<json, refusal> found) {
    if (!found)
      return reply(std::move(found.error()));
    reply(result_fields{{{"contents", json::array({std::move(*found)})}}});
  });
}

void grant_watch(const guest& who, const resource_watch& asked, settle_with reply) {
  auto all = std::make_shared<granting>(
    granting{{}, 1, std::move(reply), asked.uris.empty() ? "" : asked.uris.front()});
  for (const auto& uri : asked.uris) {
    const auto at = read_address(uri);
    if (!at)
      continue;
    if (!is_of_run(*at)) {
      all->some.uris.push_back(uri);
      continue;
    }
    ++all->awaited;
    wait_runs named;
    named.run_ids = {at->id};
    named.wait_ms = 0;
    ask<wait_runs>(
      in_time(who.as),
      &desk::registry,
      std::move(named),
      [all, uri, id = at->id](const result<waited_runs>& seen) {
        if (seen && !seen->runs.empty() && seen->runs.front().run_id == id)
          all->some.uris.push_back(uri);
        all->come();
      });
  }
  all->come();
}

} // namespace troupe::mcp
