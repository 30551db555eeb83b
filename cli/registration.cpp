#include "cli/registration.hpp"

#include "cli/cells.hpp"
#include "cli/json_page.hpp"
#include "cli/toml_page.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::cli {

namespace {

constexpr std::size_t context_lines = 3;
constexpr const char* json_servers = "mcpServers";
constexpr const char* toml_servers = "mcp_servers";

/// Members of a server's entry; null: taken away.
using wanted_members = std::vector<std::pair<std::string, json>>;

json header_of(const registration& what, const std::string& from_variable) {
  auto headers = json::object();
  if (what.http->authorization)
    headers["Authorization"] =
      what.token_variable ? "Bearer " + from_variable : *what.http->authorization;
  return headers;
}

json unless_empty(json value) {
  return value.empty() ? json(nullptr) : value;
}

/// Of a server on stdin and stdout. An environment that a person gave it stays.
wanted_members stdio_members(const registration& what) {
  wanted_members all{
    {"command", what.argv.front()},
    {"args", json(std::vector<std::string>(what.argv.begin() + 1, what.argv.end()))}};
  if (!what.env.empty())
    all.emplace_back("env", json(what.env));
  return all;
}

void take_away(wanted_members& from, std::initializer_list<const char*> names) {
  for (const auto* name : names)
    from.emplace_back(name, nullptr);
}

/// https://code.claude.com/docs/en/mcp
wanted_members for_claude(const registration& what) {
  if (!what.http) {
    auto all = stdio_members(what);
    all.emplace(all.begin(), "type", "stdio");
    take_away(all, {"url", "headers"});
    return all;
  }
  const auto variable = "${" + what.token_variable.value_or("") + "}";
  wanted_members all{
    {"type", "http"},
    {"url", what.http->url},
    {"headers", unless_empty(header_of(what, variable))}};
  take_away(all, {"command", "args", "env"});
  return all;
}

/// https://geminicli.com/docs/tools/mcp-server
wanted_members for_gemini(const registration& what) {
  if (!what.http) {
    auto all = stdio_members(what);
    take_away(all, {"type", "url", "httpUrl", "headers"});
    return all;
  }
  const auto variable = "${" + what.token_variable.value_or("") + "}";
  wanted_members all{
    {"httpUrl", what.http->url}, {"headers", unless_empty(header_of(what, variable))}};
  take_away(all, {"type", "url", "command", "args", "env"});
  return all;
}

/// https://developers.openai.com/codex/mcp
wanted_members for_codex(const registration& what) {
  if (!what.http) {
    auto all = stdio_members(what);
    take_away(all, {"url", "http_headers", "bearer_token_env_var"});
    return all;
  }
  wanted_members all{{"url", what.http->url}};
  const bool by_name = what.token_variable && what.http->authorization;
  if (by_name)
    all.emplace_back("bearer_token_env_var", *what.token_variable);
  else
    all.emplace_back("http_headers", unless_empty(header_of(what, "")));
  take_away(all, {by_name ? "http_headers" : "bearer_token_env_var"});
  take_away(all, {"command", "args", "env"});
  return all;
}

/// Gemini's settings may have comments.
result<json_page> page_of(client_program in, const std::string& text) {
  return json_page::read(text, in == client_program::gemini);
}

result<std::string>
entered_in_json(client_program in, const std::string& text, const registration& what) {
  auto page = page_of(in, text);
  if (!page)
    return fail(std::move(page.error()));
  const auto members =
    in == client_program::claude ? for_claude(what) : for_gemini(what);
  const json_page::path entry{json_servers, what.name};
  if (!page->has(entry)) {
    auto whole = json::object();
    for (const auto& [name, value] : members)
      if (!value.is_null())
        whole[name] = value;
    if (auto put = page->set(entry, whole); !put)
      return fail(std::move(put.error()));
    return page->text();
  }
  for (const auto& [name, value] : members) {
    const json_page::path at{json_servers, what.name, name};
    if (value.is_null())
      page->erase(at);
    else if (auto put = page->set(at, value); !put)
      return fail(std::move(put.error()));
  }
  return page->text();
}

result<std::string> entered_in_toml(const std::string& text, const registration& what) {
  auto page = toml_page::read(text);
  if (!page)
    return fail(std::move(page.error()));
  const toml_page::path table{toml_servers, what.name};
  for (const auto& [name, value] : for_codex(what))
    if (value.is_null())
      page->erase(table, name);
    else if (auto put = page->set(table, name, value); !put)
      return fail(std::move(put.error()));
  return page->text();
}

std::vector<std::string_view> lines_of(const std::optional<std::string>& text) {
  std::vector<std::string_view> lines;
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

std::string without(std::string text, const std::string& secret) {
  if (secret.empty())
    return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "…");
  return text;
}

} // namespace

result<std::string>
entered(client_program in, const std::string& text, const registration& what) {
  return in == client_program::codex ? entered_in_toml(text, what)
                                     : entered_in_json(in, text, what);
}

result<std::string>
withdrawn(client_program in, const std::string& text, const std::string& name) {
  if (in == client_program::codex) {
    auto page = toml_page::read(text);
    if (!page)
      return fail(std::move(page.error()));
    if (auto gone = page->erase({toml_servers, name}); !gone)
      return fail(std::move(gone.error()));
    return page->text();
  }
  auto page = page_of(in, text);
  if (!page)
    return fail(std::move(page.error()));
  const json_page::path entry{json_servers, name};
  if (!page->has(entry))
    return text;
  page->erase(entry);
  return page->text();
}

bool says_nothing(const std::string& text) {
  std::string solid;
  for (const char c : text)
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos)
      solid += c;
  return solid.empty() || solid == "{}";
}

std::string difference(
  const std::string& file,
  const std::optional<std::string>& before,
  const std::optional<std::string>& after,
  const std::string& secret) {
  const auto old = lines_of(before);
  const auto now = lines_of(after);
  const auto fewer = std::min(old.size(), now.size());
  std::size_t same = 0;
  while (same < fewer && old[same] == now[same])
    ++same;
  std::size_t tail = 0;
  while (tail < fewer - same && old.end()[-1 - static_cast<long>(tail)] ==
                                  now.end()[-1 - static_cast<long>(tail)])
    ++tail;
  const auto from = same - std::min(same, context_lines);
  const auto behind = std::min(tail, context_lines);
  std::string text = "--- " + (before ? file : "/dev/null") + "\n+++ " +
                     (after ? file : "/dev/null") + "\n@@ -" +
                     std::to_string(old.empty() ? 0 : from + 1) + "," +
                     std::to_string(old.size() - tail + behind - from) + " +" +
                     std::to_string(now.empty() ? 0 : from + 1) + "," +
                     std::to_string(now.size() - tail + behind - from) + " @@\n";
  const auto add =
    [&](char sign, const auto& lines, std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i)
        text += sign + printable(without(std::string(lines[i]), secret)) + "\n";
    };
  add(' ', old, from, same);
  add('-', old, same, old.size() - tail);
  add('+', now, same, now.size() - tail);
  add(' ', old, old.size() - tail, old.size() - tail + behind);
  return text;
}

} // namespace troupe::cli
