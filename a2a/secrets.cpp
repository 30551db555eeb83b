#include "a2a/secrets.hpp"

#include "protocol/json.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace troupe::a2a {

namespace {

std::string taken(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value ? value : "";
  ::unsetenv(name);
  return text;
}

bool is_header(const std::string& name, const std::string& value) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto is_letter = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || marks.find(c) != marks.npos;
  };
  return !name.empty() && std::ranges::all_of(name, is_letter) &&
         value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos;
}

} // namespace

result<secrets> secrets::from_environment() {
  secrets found;
  if (const auto text = taken("TROUPE_A2A_HEADERS"); !text.empty())
    if (
      const auto bad = parse_json(text)
                         .map([&](const json& j) {
                           return codec<decltype(headers_)>::decode(j, found.headers_);
                         })
                         .value_or(mismatch{{}, "is no JSON"}))
      return fail(errc::invalid_argument, "headers: " + to_string(*bad));
  auto token = taken("TROUPE_A2A_TOKEN");
  if (const char* name = std::getenv("TROUPE_A2A_TOKEN_ENV"); name && *name) {
    const char* value = std::getenv(name);
    if (!value || !*value)
      return fail(
        errc::invalid_argument,
        "token_env: there is no variable " + std::string(name) +
          " in the environment of the run");
    token = value;
  }
  if (!token.empty())
    found.headers_["Authorization"] = "Bearer " + token;
  found.hide(token);
  for (const auto& [name, value] : found.headers_) {
    if (!is_header(name, value))
      return fail(
        errc::invalid_argument,
        "headers: one of them is none: a name of letters, a "
        "value of one line");
    found.hide(value);
    found.hide(value.substr(value.find(' ') + 1));
  }
  std::ranges::sort(
    found.hidden_, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return found;
}

/// What is shorter is no secret, and would blot out ordinary words.
void secrets::hide(const std::string& word) {
  constexpr std::size_t shortest = 6;
  if (word.size() >= shortest)
    hidden_.push_back(word);
}

std::string secrets::masked(std::string text) const {
  constexpr std::string_view mask = "***";
  for (const auto& word : hidden_)
    for (auto at = text.find(word); at != text.npos;
         at = text.find(word, at + mask.size()))
      text.replace(at, word.size(), mask);
  return text;
}

} // namespace troupe::a2a
