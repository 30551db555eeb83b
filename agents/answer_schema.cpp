#include "agents/answer_schema.hpp"

#include "agents/agent_line.hpp"
#include "agents/schema_walk.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>

namespace troupe::agents {

namespace {

constexpr std::size_t schema_bytes_max = 64 * 1024;
constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr int answer_depth_max = 40;
constexpr std::size_t values_max = 10'000;
constexpr std::size_t name_bytes_max = 256;
constexpr std::size_t violations_max = 8;
constexpr std::size_t violation_bytes_max = 200;

/// Each violation is kept with its path: told in detail only if that cannot be much.
constexpr std::size_t detailed_work_max = 50'000;

using checked_json = nlohmann::json;
using adapter_of_json = valijson::adapters::NlohmannJsonAdapter;

checked_answer unfit(std::string why) {
  return {.data = {}, .violations = {std::move(why)}};
}

/// Reads the schema for the checker; throws what the checker throws.
void populate(valijson::Schema& to, const json& plain) {
  const auto document = checked_json::parse(print_json(plain));
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
    .populateSchema(adapter_of_json(document), to);
}

/// Counts the values of an answer; nothing if they are too many, or a name too long.
bool count_values(const json& j, std::size_t& values) {
  if (++values > values_max)
    return false;
  if (j.is_object())
    for (const auto& [name, value] : j.items())
      if (name.size() > name_bytes_max || !count_values(value, values))
        return false;
  if (j.is_array())
    for (const auto& value : j)
      if (!count_values(value, values))
        return false;
  return true;
}

/// The text between the last fence of three backticks and the one before it.
std::string_view last_block(std::string_view text) {
  constexpr std::string_view fence = "```";
  const auto end = text.rfind(fence);
  if (end == text.npos || end == 0)
    return {};
  const auto begin = text.rfind(fence, end - 1);
  if (begin == text.npos)
    return {};
  const auto block = text.substr(begin, end - begin);
  return block.substr(std::min(block.find('\n'), block.size()));
}

result<json> read_answer(const run_result& given) {
  if (given.structured_output)
    return parse_json(given.structured_output->text, answer_depth_max);
  const std::string_view text =
    given.final_response ? std::string_view(*given.final_response) : "";
  if (text.size() > answer_bytes_max)
    return fail(errc::invalid_argument, "it is larger than 1 MiB");
  auto whole = parse_json(text, answer_depth_max);
  if (whole)
    return whole;
  auto block = parse_json(last_block(text), answer_depth_max);
  return block ? block : whole;
}

bool is_index(std::string_view step) {
  return step.find_first_not_of("0123456789") == step.npos;
}

/// The checker's `<root>`, `[a]`, `[0]` as `a[0]`.
std::string path_of(const std::vector<std::string>& context) {
  std::string path;
  for (const auto& step : context) {
    if (!step.starts_with('[') || !step.ends_with(']'))
      continue;
    const auto name = std::string_view(step).substr(1, step.size() - 2);
    if (is_index(name))
      path += step;
    else
      path.append(path.empty() ? "" : ".").append(name);
  }
  return path.empty() ? "the answer" : path;
}

/// The checker says it again of everything around.
bool says_only_that_a_part_is_wrong(std::string_view description) {
  return description.starts_with("Failed to validate item #") ||
         description.starts_with("Failed to validate against schema associated");
}

std::vector<std::string> violations_in(valijson::ValidationResults& results) {
  std::vector<std::string> lines;
  valijson::ValidationResults::Error each;
  while (lines.size() < violations_max && results.popError(each)) {
    if (says_only_that_a_part_is_wrong(each.description))
      continue;
    auto line =
      one_line(path_of(each.context) + ": " + each.description, violation_bytes_max);
    if (std::ranges::find(lines, line) == lines.end())
      lines.push_back(std::move(line));
  }
  return lines;
}

checked_answer judge(const schema_walk& walk, const json& answer, std::size_t values) {
  valijson::Schema rules;
  populate(rules, walk.plain());
  const auto document = checked_json::parse(print_json(answer));
  const adapter_of_json target(document);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  if (validator.validate(rules, target, nullptr))
    return {.data = raw_json{print_json(answer)}, .violations = {}};
  if (values * walk.subschemas() > detailed_work_max)
    return unfit("somewhere in it; it is too large to say where");
  valijson::ValidationResults results;
  validator.validate(rules, target, &results);
  auto violations = violations_in(results);
  if (violations.empty())
    return unfit("somewhere in it");
  return {.data = {}, .violations = std::move(violations)};
}

} // namespace

std::optional<std::string> wrong_with_schema(const raw_json& schema) {
  if (schema.text.size() > schema_bytes_max)
    return "is larger than 64 KiB";
  auto parsed = parse_json(schema.text);
  if (!parsed)
    return parsed.error().message;
  schema_walk walk(std::move(*parsed));
  if (const auto bad = walk.go())
    return to_string(*bad);
  try {
    valijson::Schema rules;
    populate(rules, walk.plain());
  } catch (const std::exception& e) {
    std::string why = e.what();
    why.erase(why.find_last_not_of('.') + 1);
    return "is no JSON Schema of draft-07: " + why;
  }
  return {};
}

checked_answer check_answer(const raw_json& schema, const run_result& given) {
  auto answer = read_answer(given);
  if (!answer)
    return unfit("the answer is no JSON (" + answer.error().message + ")");
  if (!answer->is_object())
    return unfit("the answer is no JSON object");
  std::size_t values = 0;
  if (!count_values(*answer, values))
    return unfit("the answer has more than 10000 values, or a name over 256 bytes");
  try {
    schema_walk walk(parse_json(schema.text).value_or(json()));
    if (const auto bad = walk.go())
      return unfit("its schema cannot be used: " + to_string(*bad));
    return judge(walk, *answer, values);
  } catch (const std::exception& e) {
    return unfit(std::string("its schema cannot be used: ") + e.what());
  }
}

std::string listed(const std::vector<std::string>& violations) {
  std::string text;
  for (const auto& each : violations)
    text.append(text.empty() ? "" : "; ").append(each);
  return text;
}

std::string schema_notice(const raw_json& schema) {
  return "\n\nYour last message must be one JSON object and nothing else, without "
         "words around it. It must fit this JSON Schema:\n" +
         schema.text;
}

std::string
answer_again(const std::vector<std::string>& violations, const raw_json& schema) {
  std::string text = "Your answer does not fit the JSON Schema that was asked for:\n";
  for (const auto& each : violations)
    text.append("- ").append(each).append("\n");
  return text + "Do no work again: give the same answer once more, corrected." +
         schema_notice(schema);
}

} // namespace troupe::agents
