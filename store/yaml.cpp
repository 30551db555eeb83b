#include "store/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

namespace troupe::store {

namespace {

constexpr std::size_t bytes_max = 1 << 20;
constexpr std::size_t nodes_max = 100'000;
constexpr int depth_max = 32;
constexpr std::string_view core_tag = "tag:yaml.org,2002:";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_number_text(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+'))
    text.remove_prefix(1);
  const auto digits = [&] {
    const auto n = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(n);
    return n;
  };
  auto mantissa = digits();
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    mantissa += digits();
  }
  if (mantissa == 0)
    return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+'))
      text.remove_prefix(1);
    if (digits() == 0)
      return false;
  }
  return text.empty();
}

template <class T>
std::optional<json> whole_number(std::string_view text, int radix = 10) {
  T value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value, radix);
  return code == std::errc{} && stop == end ? std::optional<json>(value) : std::nullopt;
}

/// A plain scalar by the core schema (YAML 1.2.2, section 10.3.2).
json plain_scalar(const std::string& text) {
  if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"}))
    return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"}))
    return true;
  if (is_one_of(text, {"false", "False", "FALSE"}))
    return false;
  const std::string_view view(text);
  if (view.starts_with("0x"))
    return whole_number<std::uint64_t>(view.substr(2), 16).value_or(text);
  if (view.starts_with("0o"))
    return whole_number<std::uint64_t>(view.substr(2), 8).value_or(text);
  if (!is_number_text(view))
    return text;
  const auto unsigned_text = view.substr(view.front() == '+' ? 1 : 0);
  if (auto n = whole_number<std::int64_t>(unsigned_text))
    return *n;
  const auto real = std::strtod(text.c_str(), nullptr);
  return std::isfinite(real) ? json(real) : json(text);
}

struct yaml_fault {
  int line = 0;
  std::string text;
};

/// Turns nodes into JSON, noting lines and counting against the bounds. Keeps the first
/// fault; what is converted after one is not looked at.
class conversion {
public:
  json convert(const YAML::Node& node, const std::string& path, int depth) {
    if (const auto line = node.Mark().line; line >= 0)
      document_.lines.emplace(path, line + 1);
    if (++nodes_ > nodes_max)
      return refuse(node, path, "more than 100000 values, aliases expanded");
    if (depth > depth_max)
      return refuse(node, path, "nested deeper than 32 levels, aliases expanded");
    if (node.IsSequence())
      return sequence(node, path, depth);
    if (node.IsMap())
      return mapping(node, path, depth);
    return scalar(node, path);
  }

  result<yaml_document> take(json value) {
    if (fault_)
      return fail(
        errc::invalid_argument, std::to_string(fault_->line) + ": " + fault_->text);
    document_.value = std::move(value);
    return std::move(document_);
  }

private:
  json refuse(const YAML::Node& node, const std::string& path, std::string_view why) {
    if (!fault_)
      fault_ = yaml_fault{
        node.Mark().line + 1, path + (path.empty() ? "" : ": ") + std::string(why)};
    return nullptr;
  }

  json sequence(const YAML::Node& node, const std::string& path, int depth) {
    json items = json::array();
    for (const auto& item : node) {
      if (fault_)
        break;
      const auto step = "[" + std::to_string(items.size()) + "]";
      items.push_back(convert(item, path + step, depth + 1));
    }
    return items;
  }

  json mapping(const YAML::Node& node, const std::string& path, int depth) {
    std::set<std::string> seen;
    json members = json::object();
    for (const auto& pair : node) {
      if (fault_)
        break;
      if (!pair.first.IsScalar())
        return refuse(pair.first, path, "a key must be a plain word");
      const auto& name = pair.first.Scalar();
      const auto inner = path.empty() ? name : path + "." + name;
      if (!seen.insert(name).second)
        return refuse(pair.first, inner, "given twice; keep one");
      document_.lines.emplace(inner, pair.first.Mark().line + 1);
      members.push_back({name, convert(pair.second, inner, depth + 1)});
    }
    return members;
  }

  json scalar(const YAML::Node& node, const std::string& path) {
    if (node.IsNull())
      return nullptr;
    const auto& tag = node.Tag();
    if (tag == "!" || tag == std::string(core_tag) + "str")
      return node.Scalar();
    if (tag.empty() || tag == "?" || tag.starts_with(core_tag))
      return plain_scalar(node.Scalar());
    return refuse(node, path, "unknown tag " + tag + "; leave it out");
  }

  yaml_document document_;
  std::size_t nodes_ = 0;
  std::optional<yaml_fault> fault_;
};

} // namespace

int yaml_document::line_of(std::string path) const {
  for (;;) {
    if (const auto found = lines.find(path); found != lines.end())
      return found->second;
    const auto cut = path.find_last_of(".[");
    if (cut == std::string::npos)
      break;
    path.resize(cut);
  }
  const auto top = lines.find("");
  return top == lines.end() ? 0 : top->second;
}

result<yaml_document> parse_yaml(const std::string& text) {
  if (text.size() > bytes_max)
    return fail(errc::invalid_argument, "1: larger than 1 MiB; make it smaller");
  if (!is_utf8(text))
    return fail(errc::invalid_argument, "1: not UTF-8; save it as UTF-8");
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      return fail(
        errc::invalid_argument,
        std::to_string(documents[1].Mark().line + 1) +
          ": a second document (---); keep one");
    conversion converting;
    auto value = documents.empty() ? json() : converting.convert(documents[0], "", 0);
    return converting.take(std::move(value));
  } catch (const YAML::Exception& e) {
    return fail(errc::invalid_argument, std::to_string(e.mark.line + 1) + ": " + e.msg);
  }
}

} // namespace troupe::store
