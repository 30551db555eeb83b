#include "cli/toml_page.hpp"

#include "cli/toml_reader.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::cli {

namespace {

constexpr auto nowhere = static_cast<std::size_t>(-1);

bool begins_with(const toml_page::path& all, const toml_page::path& with) {
  return all.size() >= with.size() && std::equal(with.begin(), with.end(), all.begin());
}

std::string toml_key(const std::string& key) {
  const bool plain =
    !key.empty() &&
    key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789-_") == std::string::npos;
  if (plain)
    return key;
  std::string text;
  write_string(text, key);
  return text;
}

std::string dotted(const toml_page::path& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ".") + toml_key(name);
  return text;
}

/// JSON's strings and arrays of them are TOML's, but for DEL.
std::string toml_value(const json& value) {
  std::string text;
  if (value.is_object()) {
    for (const auto& [key, each] : value.items())
      text += (text.empty() ? "{ " : ", ") + toml_key(key) + " = " + toml_value(each);
    return text.empty() ? "{}" : text + " }";
  }
  if (value.is_array()) {
    for (const auto& each : value)
      text += (text.empty() ? "[" : ", ") + toml_value(each);
    return text.empty() ? "[]" : text + "]";
  }
  for (const char c : print_json(value))
    text += c == '\x7f' ? std::string("\\u007f") : std::string(1, c);
  return text;
}

} // namespace

result<toml_page> toml_page::read(std::string text) {
  auto all = reader(text).read();
  if (!all)
    return fail(std::move(all.error()));
  return toml_page(std::move(text), std::move(*all));
}

/// What is put in is known to be well-formed.
void toml_page::edit(std::size_t begin, std::size_t end, std::string_view with) {
  text_.replace(begin, end - begin, with);
  if (auto all = reader(text_).read())
    all_ = std::move(*all);
}

std::size_t toml_page::find(const path& table) const {
  const auto found = std::ranges::find_if(
    all_, [&](const statement& s) { return s.what == kind::table && s.name == table; });
  return found == all_.end() ? nowhere : static_cast<std::size_t>(found - all_.begin());
}

/// The statement that is no more of this table.
std::size_t toml_page::end_of(std::size_t table) const {
  auto at = table + 1;
  while (at < all_.size() && all_[at].what == kind::value)
    ++at;
  return at;
}

result<void> toml_page::editable(const path& table) const {
  path in;
  std::size_t seen = 0;
  for (const auto& each : all_) {
    auto whole = each.what == kind::value ? in : path();
    whole.insert(whole.end(), each.name.begin(), each.name.end());
    if (each.what != kind::value)
      in = each.name;
    const bool twice = each.what == kind::table && whole == table && ++seen > 1;
    const bool meets = begins_with(whole, table) || begins_with(table, whole);
    const bool elsewhere = each.what == kind::value && !begins_with(in, table);
    if (twice || (meets && (each.what == kind::table_array || elsewhere)))
      return fail(
        errc::conflict,
        "[" + dotted(table) + "] is " +
          (twice ? "there twice" : "not written as a table of its own") +
          ", which is not edited here: see `" + dotted(whole) + "`");
  }
  return {};
}

void toml_page::put(std::size_t table, const std::string& key, const json& value) {
  const auto text = toml_value(value);
  const auto end = end_of(table);
  for (auto i = table + 1; i < end; ++i) {
    const auto& each = all_[i];
    if (each.name.front() != key)
      continue;
    const auto size = each.value_end - each.value_begin;
    const bool whole = each.name.size() == 1;
    if (whole && text_.compare(each.value_begin, size, text) == 0)
      return;
    if (whole)
      return edit(each.value_begin, each.value_end, text);
    edit(each.begin, each.end, "");
    return put(table, key, value);
  }
  const auto at = all_[end - 1].end;
  const auto open = at > 0 && text_[at - 1] != '\n' ? "\n" : "";
  edit(at, at, open + toml_key(key) + " = " + text + "\n");
}

result<void>
toml_page::set(const path& table, const std::string& key, const json& value) {
  if (auto can = editable(table); !can)
    return can;
  auto below = table;
  below.push_back(key);
  if (value.is_object() && find(below) != nowhere) {
    for (const auto& [name, each] : value.items())
      put(find(below), name, each);
    return {};
  }
  if (find(table) == nowhere) {
    std::string head = text_.empty() || text_.ends_with('\n') ? "" : "\n";
    head += text_.empty() ? "" : "\n";
    edit(text_.size(), text_.size(), head + "[" + dotted(table) + "]\n");
  }
  put(find(table), key, value);
  return {};
}

void toml_page::erase(const path& table, const std::string& key) {
  auto below = table;
  below.push_back(key);
  if (const auto at = find(below); at != nowhere)
    drop(at);
  const auto at = find(table);
  if (at == nowhere)
    return;
  const auto end = end_of(at);
  for (auto i = at + 1; i < end; ++i)
    if (all_[i].name.front() == key) {
      edit(all_[i].begin, all_[i].end, "");
      return erase(table, key);
    }
}

/// With the empty lines that set it apart.
void toml_page::drop(std::size_t table) {
  auto begin = all_[table].begin;
  auto end = all_[end_of(table) - 1].end;
  if (const auto next = text_.find_first_not_of("\r\n", end);
      next != std::string::npos) {
    end = next;
  } else {
    end = text_.size();
    while (begin > 1 && text_[begin - 1] == '\n' && text_[begin - 2] == '\n')
      --begin;
  }
  edit(begin, end, "");
}

result<void> toml_page::erase(const path& table) {
  if (auto can = editable(table); !can)
    return can;
  for (std::size_t i = 0; i < all_.size();)
    if (all_[i].what == kind::table && begins_with(all_[i].name, table)) {
      drop(i);
      i = 0;
    } else {
      ++i;
    }
  return {};
}

} // namespace troupe::cli
