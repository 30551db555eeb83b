#include "keeper/wire.hpp"

#include "protocol/json.hpp"

#include <array>
#include <type_traits>

namespace troupe::keeper {

namespace {

/// The one place that lists the verbs, in the order of the variants.
constexpr auto order_verbs = std::to_array<std::string_view>(
  {"spawn",
   "write",
   "close",
   "kill",
   "freeze",
   "list",
   "forget",
   "ready",
   "quit",
   "pong",
   "sample"});
constexpr auto report_verbs = std::to_array<std::string_view>(
  {"spawned",
   "exited",
   "gone",
   "kept",
   "unwritten",
   "closed",
   "stop",
   "ping",
   "sampled",
   "will",
   "dismiss"});

static_assert(order_verbs.size() == std::variant_size_v<order>);
static_assert(report_verbs.size() == std::variant_size_v<report>);

struct order_head {
  std::string verb;
  std::uint64_t epoch = 0;

  static constexpr auto fields() {
    return field_list{
      required("verb", &order_head::verb, "Which order."),
      required("epoch", &order_head::epoch, "Of the supervisor that gives it."),
    };
  }
};

struct report_head {
  std::string verb;

  static constexpr auto fields() {
    return field_list{required("verb", &report_head::verb, "Which report.")};
  }
};

/// One object out of two that have no name in common.
template <record Head, record Body>
std::string joined(const Head& head, const Body& body) {
  auto text = encode_text(head);
  const auto rest = encode_text(body);
  text.back() = rest == "{}" ? '}' : ',';
  if (rest != "{}")
    text.append(rest, 1);
  return text;
}

template <class Variant, std::size_t I = 0>
result<Variant> read_body(const json& j, std::size_t index) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return fail(errc::internal, "verb without a body");
  } else {
    if (index != I)
      return read_body<Variant, I + 1>(j, index);
    auto body = decode<std::variant_alternative_t<I, Variant>>(j);
    if (!body)
      return fail(std::move(body.error()));
    return Variant(std::in_place_index<I>, std::move(*body));
  }
}

template <class Variant>
result<Variant> read_verb(
  const json& j, const std::string& verb, std::span<const std::string_view> known) {
  const auto found = std::ranges::find(known, verb);
  if (found == known.end())
    return fail(
      errc::invalid_argument, to_string(*within("verb", unknown_value(verb, known))));
  auto body = read_body<Variant>(
    j, static_cast<std::size_t>(std::distance(known.begin(), found)));
  if (!body)
    return fail(body.error().code, verb + ": " + body.error().message);
  return body;
}

} // namespace

std::string print(const order& o, std::uint64_t epoch) {
  const order_head head{std::string(order_verbs[o.index()]), epoch};
  return std::visit([&](const auto& body) { return joined(head, body); }, o);
}

std::string print(const report& r) {
  const report_head head{std::string(report_verbs[r.index()])};
  return std::visit([&](const auto& body) { return joined(head, body); }, r);
}

result<dated_order> read_order(std::string_view line) {
  const auto j = parse_json(line);
  if (!j)
    return fail(j.error());
  const auto head = decode<order_head>(*j);
  if (!head)
    return fail(head.error());
  auto what = read_verb<order>(*j, head->verb, order_verbs);
  if (!what)
    return fail(std::move(what.error()));
  return dated_order{head->epoch, std::move(*what)};
}

result<report> read_report(std::string_view line) {
  const auto j = parse_json(line);
  if (!j)
    return fail(j.error());
  const auto head = decode<report_head>(*j);
  if (!head)
    return fail(head.error());
  return read_verb<report>(*j, head->verb, report_verbs);
}

} // namespace troupe::keeper
