#include "cli/toml_reader.hpp"

#include <algorithm>

namespace troupe::cli {

namespace {

constexpr int toml_depth_max = 64;

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '-' || c == '_';
}

} // namespace

bool toml_page::reader::wrong(std::string why) {
  if (why_.empty())
    why_ = std::move(why);
  return false;
}

void toml_page::reader::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
}

bool toml_page::reader::skip_comment() {
  if (here() != '#')
    return false;
  at_ = std::min(text_.find('\n', at_), text_.size());
  return true;
}

void toml_page::reader::skip_space() {
  do
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  while (skip_comment());
}

/// Goes behind the newline.
bool toml_page::reader::line_ends() {
  skip_blanks();
  skip_comment();
  if (is("\r\n"))
    ++at_;
  if (at_ < text_.size() && here() != '\n')
    return wrong("something follows where the line should end");
  at_ = std::min(at_ + 1, text_.size());
  return true;
}

result<std::vector<toml_page::statement>> toml_page::reader::read() {
  std::vector<statement> all;
  for (skip_space(); at_ < text_.size(); skip_space()) {
    statement next;
    const auto line = text_.rfind('\n', at_);
    next.begin = line == std::string_view::npos ? 0 : line + 1;
    const auto from = at_;
    if (!(here() == '[' ? header(next) : assignment(next)) || !line_ends()) {
      const auto number =
        1 + std::count(text_.begin(), text_.begin() + static_cast<long>(from), '\n');
      return fail(
        errc::invalid_argument, "line " + std::to_string(number) + ": " + why_);
    }
    next.end = at_;
    all.push_back(std::move(next));
  }
  return all;
}

bool toml_page::reader::header(statement& into) {
  into.what = is("[[") ? kind::table_array : kind::table;
  const auto close = into.what == kind::table ? "]" : "]]";
  at_ += std::string_view(close).size();
  if (!name(into.name))
    return false;
  if (!is(close))
    return wrong("a table's name does not end");
  at_ += std::string_view(close).size();
  return true;
}

bool toml_page::reader::assignment(statement& into) {
  if (!name(into.name))
    return false;
  if (here() != '=')
    return wrong("a = is missing after the key");
  ++at_;
  skip_blanks();
  into.value_begin = at_;
  if (!value(0))
    return false;
  into.value_end = at_;
  return true;
}

bool toml_page::reader::name(path& into) {
  for (;; ++at_) {
    skip_blanks();
    std::string word;
    if (!part(word))
      return false;
    into.push_back(std::move(word));
    skip_blanks();
    if (here() != '.')
      return true;
  }
}

bool toml_page::reader::part(std::string& into) {
  const auto begin = at_;
  if (here() == '"' || here() == '\'') {
    if (is("\"\"\"") || is("'''") || !quoted())
      return wrong("a key is no string of one line");
    into = text_.substr(begin + 1, at_ - begin - 2);
    if (text_[begin] == '"' && into.find('\\') != std::string::npos)
      if (auto plain = parse_json(text_.substr(begin, at_ - begin)); plain)
        into = plain->get<std::string>();
    return true;
  }
  while (is_bare(here()))
    ++at_;
  into = text_.substr(begin, at_ - begin);
  return !into.empty() || wrong("a key is missing, or has a character it may not have");
}

bool toml_page::reader::value(int depth) {
  if (depth > toml_depth_max)
    return wrong("values are nested too deep");
  if (here() == '"' || here() == '\'')
    return quoted();
  if (here() == '[')
    return list(']', depth);
  if (here() == '{')
    return list('}', depth);
  return bare();
}

/// An array, or an inline table.
bool toml_page::reader::list(char close, int depth) {
  ++at_;
  for (;;) {
    skip_space();
    if (here() == close) {
      ++at_;
      return true;
    }
    path key;
    if (close == '}') {
      if (!name(key))
        return false;
      if (here() != '=')
        return wrong("a = is missing in an inline table");
      ++at_;
      skip_space();
    }
    if (!value(depth + 1))
      return false;
    skip_space();
    if (here() == ',')
      ++at_;
    else if (here() != close)
      return wrong(std::string("a , or ") + close + " is missing");
  }
}

bool toml_page::reader::quoted() {
  const std::string mark(1, here());
  const auto long_mark = mark + mark + mark;
  const bool is_long = is(long_mark);
  const auto& end = is_long ? long_mark : mark;
  for (at_ += end.size(); at_ < text_.size(); ++at_) {
    if (here() == '\\' && mark == "\"") {
      ++at_;
      continue;
    }
    if (!is_long && here() == '\n')
      break;
    if (!is(end))
      continue;
    at_ += end.size();
    for (int extra = 0; is_long && extra < 2 && is(mark); ++extra)
      ++at_;
    return true;
  }
  return wrong("a string does not end");
}

/// A number, a truth or a time, which may have a space in it.
bool toml_page::reader::bare() {
  const auto begin = at_;
  while (is_bare(here()) || here() == '+' || here() == '.' || here() == ':')
    ++at_;
  if (at_ == begin)
    return wrong("a value is missing");
  const bool is_date = at_ - begin == 10 && text_[begin + 4] == '-';
  const bool goes_on = is_date && here() == ' ' && at_ + 1 < text_.size() &&
                       text_[at_ + 1] >= '0' && text_[at_ + 1] <= '9';
  if (goes_on)
    for (++at_; is_bare(here()) || here() == '.' || here() == ':' || here() == '+';)
      ++at_;
  const auto c = text_[begin];
  const bool known = (c >= '0' && c <= '9') || c == '+' || c == '-';
  const auto word = text_.substr(begin, at_ - begin);
  return known || word == "true" || word == "false" || word == "inf" || word == "nan" ||
         wrong("a value is neither string, number, truth, time, array nor table");
}

} // namespace troupe::cli
