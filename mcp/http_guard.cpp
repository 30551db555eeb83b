#include "mcp/http_guard.hpp"

#include "protocol/identity.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/web_address.hpp"

#include <algorithm>
#include <array>

namespace troupe::mcp {

namespace {

constexpr std::size_t run_id_length = 28;
constexpr std::string_view bearer = "Bearer ";
constexpr std::array<std::string_view, 3> own_names{"localhost", "127.0.0.1", "[::1]"};
constexpr std::array<std::string_view, 9> single_fields{
  "host",
  "origin",
  "authorization",
  "content-type",
  "mcp-session-id",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "last-event-id"};

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  const bool has_port =
    colon != std::string_view::npos &&
    host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  return has_port && !host.ends_with(']') ? host.substr(0, colon) : host;
}

std::string field_or_empty(const http_head& head, std::string_view name) {
  const auto* found = find_field(head.fields, name);
  return found == nullptr ? "" : *found;
}

bool is_own_name(std::string_view host, const http_rules& rules) {
  const auto name = lower_case(without_port(host));
  return (rules.loopback && std::ranges::find(own_names, name) != own_names.end()) ||
         std::ranges::find(rules.hosts, name) != rules.hosts.end();
}

bool is_own_page(std::string_view origin, const http_rules& rules) {
  if (std::ranges::find(rules.origins, lower_case(origin)) != rules.origins.end())
    return true;
  const auto page = parse_web_address(origin);
  return rules.loopback && page &&
         std::ranges::find(own_names, page->host) != own_names.end();
}

std::optional<http_answer>
wrong_sender(const http_head& head, const http_rules& rules) {
  for (const auto name : single_fields)
    if (count_field(head.fields, name) > 1)
      return http_refusal(
        400,
        jsonrpc::invalid_request,
        "the header " + std::string(name) + " was given more than once");
  const auto* host = find_field(head.fields, "host");
  if (host == nullptr)
    return http_refusal(400, jsonrpc::invalid_request, "the header Host is missing");
  if (!is_own_name(*host, rules))
    return http_refusal(
      403,
      jsonrpc::invalid_request,
      "Host: this server is not called that; call it by its address, or list the name "
      "in http.hosts of troupe.yml");
  const auto* origin = find_field(head.fields, "origin");
  if (origin != nullptr && !is_own_page(*origin, rules))
    return http_refusal(
      403,
      jsonrpc::invalid_request,
      "Origin: pages of this site may not call; list it in http.origins of troupe.yml "
      "if they should");
  return {};
}

http_answer preflight(const http_head& head) {
  http_answer answer{.status = 204, .fields = cors_of(head), .body = {}};
  answer.fields.emplace_back("access-control-allow-methods", "POST, GET, DELETE");
  answer.fields.emplace_back(
    "access-control-allow-headers",
    "Authorization, Content-Type, Accept, Last-Event-ID, Mcp-Session-Id, "
    "Mcp-Protocol-Version, Mcp-Method, Mcp-Name");
  answer.fields.emplace_back("access-control-max-age", "600");
  return answer;
}

/// The scheme's name has no case (RFC 9110).
std::string_view token_of(std::string_view authorization) {
  if (
    authorization.size() < bearer.size() ||
    lower_case(authorization.substr(0, bearer.size())) != "bearer ")
    return {};
  return authorization.substr(bearer.size());
}

bool may_be_of_a_run(std::string_view token) {
  return token.size() > run_id_length && is_run_id(token.substr(0, run_id_length));
}

std::optional<http_answer> wrong_token(const http_head& head, const http_rules& rules) {
  const auto given = field_or_empty(head, "authorization");
  const auto token = token_of(given);
  if (rules.token.empty() || same_secret(token, rules.token) || may_be_of_a_run(token))
    return {};
  auto answer = http_refusal(
    401,
    jsonrpc::invalid_request,
    "a token is needed: the header Authorization: Bearer …, as `troupe daemon url` "
    "prints it");
  answer.fields.emplace_back(
    "www-authenticate",
    token.empty() ? R"(Bearer realm="troupe")"
                  : R"(Bearer realm="troupe", error="invalid_token")");
  return answer;
}

/// Whether one of the media ranges of an Accept takes it.
bool accepts(const http_head& head, std::string_view type) {
  const auto* given = find_field(head.fields, "accept");
  if (given == nullptr)
    return true;
  const auto ranges = lower_case(*given);
  const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
  return ranges.find(type) != std::string::npos ||
         ranges.find("*/*") != std::string::npos ||
         ranges.find(family) != std::string::npos;
}

bool is_json(std::string_view content_type) {
  auto type = lower_case(content_type.substr(0, content_type.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  return type == "application/json";
}

std::optional<http_answer> wrong_media(const http_head& head) {
  if (head.method == "POST" && !is_json(field_or_empty(head, "content-type")))
    return http_refusal(
      415, jsonrpc::invalid_request, "Content-Type must be application/json");
  const bool enough = accepts(head, "text/event-stream") &&
                      (head.method == "GET" || accepts(head, "application/json"));
  if (head.method != "DELETE" && !enough)
    return http_refusal(
      406,
      jsonrpc::invalid_request,
      head.method == "GET" ? "Accept must list text/event-stream"
                           : "Accept must list application/json and text/event-stream");
  return {};
}

} // namespace

std::optional<http_answer> refusal_of(const http_head& head, const http_rules& rules) {
  if (auto wrong = wrong_sender(head, rules))
    return wrong;
  if (head.target.substr(0, head.target.find('?')) != rules.path)
    return http_refusal(
      404, jsonrpc::invalid_request, "nothing is here; MCP is at " + rules.path);
  if (head.method == "OPTIONS")
    return preflight(head);
  if (auto wrong = wrong_token(head, rules))
    return wrong;
  if (head.method != "POST" && head.method != "GET" && head.method != "DELETE") {
    auto answer = http_refusal(
      405, jsonrpc::invalid_request, "MCP is spoken with POST, GET and DELETE");
    answer.fields.emplace_back("allow", "POST, GET, DELETE, OPTIONS");
    return answer;
  }
  return wrong_media(head);
}

std::string run_token_of(const http_head& head, const http_rules& rules) {
  const auto given = field_or_empty(head, "authorization");
  const auto token = token_of(given);
  const bool is_users = !rules.token.empty() && same_secret(token, rules.token);
  return !is_users && may_be_of_a_run(token) ? std::string(token) : std::string();
}

http_fields cors_of(const http_head& head) {
  const auto* origin = find_field(head.fields, "origin");
  if (origin == nullptr)
    return {};
  return {
    {"access-control-allow-origin", *origin},
    {"access-control-expose-headers", "Mcp-Session-Id"},
    {"vary", "Origin"}};
}

http_answer
http_refusal(int status, int code, std::string_view why, std::string_view id) {
  std::string body = R"({"jsonrpc":"2.0","id":)";
  body.append(id)
    .append(R"(,"error":{"code":)")
    .append(std::to_string(code))
    .append(R"(,"message":)")
    .append(print_json(json(why)))
    .append("}}");
  return {
    .status = status,
    .fields = {{"content-type", "application/json"}},
    .body = std::move(body)};
}

} // namespace troupe::mcp
