#include "mcp/uri_template.hpp"

#include <cctype>
#include <charconv>

namespace troupe::mcp {

namespace {

using variables = std::map<std::string, std::string>;

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (list.substr(0, end) == word)
      return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool read_query(std::string_view allowed, std::string_view query, variables& out) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (equals == pair.npos || !has_word(allowed, pair.substr(0, equals)))
      return false;
    auto value = percent_decoded(pair.substr(equals + 1));
    if (!value)
      return false;
    out[std::string(pair.substr(0, equals))] = std::move(*value);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return true;
}

} // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    const auto* from = text.data() + i + 1;
    if (
      i + 2 >= text.size() || std::from_chars(from, from + 2, byte, 16).ptr != from + 2)
      return {};
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::optional<variables> match(std::string_view uri_template, std::string_view uri) {
  variables out;
  const auto query = uri_template.find("{?");
  if (query != uri_template.npos) {
    const auto allowed =
      uri_template.substr(query + 2, uri_template.size() - query - 3);
    uri_template = uri_template.substr(0, query);
    const auto asked = uri.find('?');
    if (asked != uri.npos && !read_query(allowed, uri.substr(asked + 1), out))
      return {};
    uri = uri.substr(0, asked);
  }
  while (!uri_template.empty()) {
    const auto open = std::min(uri_template.find('{'), uri_template.size());
    if (!uri.starts_with(uri_template.substr(0, open)))
      return {};
    uri.remove_prefix(open);
    uri_template.remove_prefix(open);
    if (uri_template.empty())
      break;
    const auto close = uri_template.find('}');
    const auto end = std::min(uri.find('/'), uri.size());
    auto value = percent_decoded(uri.substr(0, end));
    if (!value || value->empty() || close == uri_template.npos)
      return {};
    out[std::string(uri_template.substr(1, close - 1))] = std::move(*value);
    uri.remove_prefix(end);
    uri_template.remove_prefix(close + 1);
  }
  return uri.empty() ? std::optional(std::move(out)) : std::nullopt;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text)
    if (
      std::isalnum(c) != 0 ||
      std::string_view("-._~").find(static_cast<char>(c)) != std::string_view::npos)
      out += static_cast<char>(c);
    else
      out.append({'%', digits[c >> 4], digits[c & 15]});
  return out;
}

} // namespace troupe::mcp
