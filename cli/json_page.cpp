#include "cli/json_page.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::cli {

namespace {

constexpr std::string_view json_space = " \t\r\n";

std::size_t end_of_json_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\')
      ++at;
  return std::min(at + 1, text.size());
}

/// Where the comment at this place ends; the place itself if there is none.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const auto two = text.substr(at, 2);
  if (two == "//")
    return std::min(text.find('\n', at), text.size());
  if (two != "/*")
    return at;
  const auto end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

std::string without_comments(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = end_of_json_string(text, at);
      continue;
    }
    const auto end = end_of_comment(text, at);
    std::fill(
      text.begin() + static_cast<std::ptrdiff_t>(at),
      text.begin() + static_cast<std::ptrdiff_t>(end),
      ' ');
    at = std::max(end, at + 1);
  }
  return text;
}

std::size_t past_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(json_space, at), text.size());
}

/// Of a text that is known to be JSON.
std::size_t end_of_json(std::string_view text, std::size_t at) {
  if (text[at] != '{' && text[at] != '[')
    return text[at] == '"'
             ? end_of_json_string(text, at)
             : std::min(text.find_first_of(" \t\r\n,]}", at), text.size());
  int depth = 0;
  while (at < text.size()) {
    if (text[at] == '"') {
      at = end_of_json_string(text, at);
      continue;
    }
    depth += text[at] == '{' || text[at] == '[' ? 1 : 0;
    depth -= text[at] == '}' || text[at] == ']' ? 1 : 0;
    ++at;
    if (depth == 0)
      break;
  }
  return at;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(json_space) == std::string_view::npos;
}

/// Each line but the first begins with this.
std::string deeper(const std::string& text, const std::string& beginning) {
  std::string all;
  for (const char c : text)
    if (c == '\n')
      all += beginning;
    else
      all += c;
  return all;
}

} // namespace

const json_page::member* json_page::object::find(const std::string& key) const {
  const auto found = std::find_if(
    members.rbegin(), members.rend(), [&](const auto& m) { return m.key == key; });
  return found == members.rend() ? nullptr : &*found;
}

json_page::json_page(std::string text, bool comments)
  : text_(std::move(text)), plain_(comments ? without_comments(text_) : text_),
    comments_(comments) {}

result<json_page> json_page::read(std::string text, bool comments) {
  if (is_blank(text))
    text = "{}\n";
  json_page page(std::move(text), comments);
  const auto parsed = parse_json(page.plain_);
  if (!parsed)
    return fail(errc::invalid_argument, parsed.error().message);
  if (!parsed->is_object())
    return fail(errc::invalid_argument, "it is no object");
  return page;
}

void json_page::edit(std::size_t begin, std::size_t end, std::string_view with) {
  text_.replace(begin, end - begin, with);
  plain_ = comments_ ? without_comments(text_) : text_;
}

json_page::object json_page::object_at(std::size_t begin) const {
  object found{{begin, end_of_json(plain_, begin)}, {}};
  auto at = past_space(plain_, begin + 1);
  while (plain_[at] == '"') {
    member m;
    m.name = {at, end_of_json_string(plain_, at)};
    const auto key = parse_json(plain_.substr(at, m.name.end - at));
    m.key = key && key->is_string() ? key->get<std::string>() : std::string();
    m.value.begin = past_space(plain_, plain_.find(':', m.name.end) + 1);
    m.value.end = end_of_json(plain_, m.value.begin);
    at = past_space(plain_, m.value.end);
    if (plain_[at] == ',')
      at = past_space(plain_, at + 1);
    found.members.push_back(std::move(m));
  }
  return found;
}

json_page::object json_page::root() const {
  return object_at(past_space(plain_, 0));
}

json_page::manner json_page::manners() const {
  const auto all = root();
  manner m;
  m.newline = text_.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  m.indent = "  ";
  m.gap = " ";
  if (all.members.empty())
    return m;
  const auto& first = all.members.front();
  const auto colon = plain_.find(':', first.name.end);
  m.one_line =
    plain_.substr(all.whole.begin, first.name.begin - all.whole.begin).find('\n') ==
    std::string::npos;
  m.gap = first.value.begin == colon + 1 ? "" : " ";
  if (!m.one_line)
    m.indent = indent_at(first.name.begin);
  return m;
}

/// The space that the line of this place begins with.
std::string json_page::indent_at(std::size_t place) const {
  const auto before = text_.rfind('\n', place);
  const auto begin = before == std::string::npos || place == 0 ? 0 : before + 1;
  const auto end = text_.find_first_not_of(" \t", begin);
  return text_.substr(begin, std::min(end, place) - begin);
}

std::string json_page::printed(
  const std::string& key, const json& value, const std::string& indent) const {
  const auto how = manners();
  std::string text;
  write_string(text, key);
  text += ":" + how.gap;
  if (how.one_line || how.indent.empty())
    return text + print_json(value);
  const auto width = static_cast<int>(how.indent.size());
  return text +
         deeper(
           value.dump(width, how.indent.front(), false, json::error_handler_t::replace),
           how.newline + indent);
}

/// Into an object without members; what comments it holds stay.
void json_page::fill(const object& into, const std::string& key, const json& value) {
  const auto how = manners();
  const auto outer = indent_at(into.whole.begin);
  auto inside =
    text_.substr(into.whole.begin + 1, into.whole.end - into.whole.begin - 2);
  inside.erase(inside.find_last_not_of(json_space) + 1);
  if (how.one_line)
    return edit(
      into.whole.begin, into.whole.end, "{" + inside + printed(key, value, "") + "}");
  const auto inner = outer + how.indent;
  edit(
    into.whole.begin,
    into.whole.end,
    "{" + inside + how.newline + inner + printed(key, value, inner) + how.newline +
      outer + "}");
}

/// After the last member, and after a comment that stands beside it.
void json_page::append(const object& to, const std::string& key, const json& value) {
  const auto how = manners();
  const auto& last = to.members.back();
  const auto before =
    plain_.substr(to.whole.begin, to.members.front().name.begin - to.whole.begin);
  if (how.one_line || before.find('\n') == std::string::npos)
    return edit(
      last.value.end,
      last.value.end,
      "," + std::string(how.gap.empty() ? "" : " ") + printed(key, value, ""));
  const auto indent = indent_at(to.members.front().name.begin);
  auto end = std::min(plain_.find_first_of("\r\n", last.value.end), to.whole.end - 1);
  if (!is_blank(std::string_view(plain_).substr(last.value.end, end - last.value.end)))
    end = last.value.end;
  const auto beside = text_.substr(last.value.end, end - last.value.end);
  edit(
    last.value.end,
    end,
    "," + beside + how.newline + indent + printed(key, value, indent));
}

void json_page::insert(const object& into, const std::string& key, const json& value) {
  if (into.members.empty())
    fill(into, key, value);
  else
    append(into, key, value);
}

result<void> json_page::set(const path& at, const json& value) {
  auto in = root();
  for (std::size_t i = 0; i + 1 < at.size(); ++i) {
    const auto* next = in.find(at[i]);
    if (!next) {
      auto rest = value;
      for (auto j = at.size() - 1; j > i; --j) {
        auto around = json::object();
        around[at[j]] = std::move(rest);
        rest = std::move(around);
      }
      insert(in, at[i], rest);
      return {};
    }
    if (plain_[next->value.begin] != '{')
      return fail(errc::conflict, "\"" + at[i] + "\" is no object");
    in = object_at(next->value.begin);
  }
  const auto* old = in.find(at.back());
  if (!old) {
    insert(in, at.back(), value);
    return {};
  }
  const auto here = old->value;
  const auto is = parse_json(plain_.substr(here.begin, here.end - here.begin));
  if (is && *is == value)
    return {};
  const auto whole = printed(at.back(), value, indent_at(here.begin));
  std::string name;
  write_string(name, at.back());
  edit(here.begin, here.end, whole.substr(name.size() + 1 + manners().gap.size()));
  return {};
}

/// With the comma that it had, before or behind it.
void json_page::take(const object& from, const member& what) {
  const auto last = what.name.begin == from.members.back().name.begin;
  if (!last) {
    const auto comma = plain_.find(',', what.value.end);
    return edit(what.name.begin, past_space(text_, comma + 1), "");
  }
  auto begin = what.name.begin;
  if (from.members.size() > 1) {
    const auto comma = plain_.find(',', from.members.end()[-2].value.end);
    begin = std::max(comma + 1, text_.find_last_not_of(json_space, begin - 1) + 1);
    edit(begin, what.value.end, "");
    return edit(comma, comma + 1, "");
  }
  const auto inside = text_.substr(from.whole.begin + 1, begin - from.whole.begin - 1) +
                      text_.substr(what.value.end, from.whole.end - what.value.end - 1);
  if (is_blank(inside))
    return edit(from.whole.begin, from.whole.end, "{}");
  edit(begin, what.value.end, "");
}

void json_page::erase(const path& at) {
  auto in = root();
  for (std::size_t i = 0; i + 1 < at.size(); ++i) {
    const auto* next = in.find(at[i]);
    if (!next || plain_[next->value.begin] != '{')
      return;
    in = object_at(next->value.begin);
  }
  const auto* what = in.find(at.back());
  if (!what)
    return;
  take(in, *what);
  if (at.size() > 1 && text_.compare(in.whole.begin, 2, "{}") == 0)
    erase({at.begin(), at.end() - 1});
}

bool json_page::has(const path& at) const {
  auto in = root();
  for (std::size_t i = 0; i < at.size(); ++i) {
    const auto* next = in.find(at[i]);
    if (!next || (i + 1 < at.size() && plain_[next->value.begin] != '{'))
      return false;
    if (i + 1 < at.size())
      in = object_at(next->value.begin);
  }
  return true;
}

} // namespace troupe::cli
