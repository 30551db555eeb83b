#include "agents/a2a/card.hpp"

#include "agents/agent_line.hpp"

#include <algorithm>
#include <vector>

namespace troupe::agents::a2a {

namespace {

/// One way to reach the agent, as either version's card writes it.
struct offer {
  std::string url;
  std::string binding;
  std::string version;
  std::string tenant;
};

offer offer_of(const json& entry, std::string_view binding, std::string_view version) {
  return {
    .url = std::string(text_in(entry, "url")),
    .binding = std::string(binding.empty() ? "JSONRPC" : binding),
    .version = std::string(version),
    .tenant = std::string(text_in(entry, "tenant"))};
}

/// A card of 0.3 has one version for all of them.
std::vector<offer> offers_in(const json& card) {
  std::vector<offer> all;
  for (const auto& each : member(card, "supportedInterfaces"))
    all.push_back(offer_of(
      each, text_in(each, "protocolBinding"), text_in(each, "protocolVersion")));
  const auto version = text_in(card, "protocolVersion");
  const auto older = version.empty() ? std::string_view("0.3") : version;
  if (!text_in(card, "url").empty())
    all.push_back(offer_of(card, text_in(card, "preferredTransport"), older));
  for (const auto& each : member(card, "additionalInterfaces"))
    all.push_back(offer_of(each, text_in(each, "transport"), older));
  return all;
}

std::optional<dialect> dialect_of(const offer& each) {
  if (each.binding != "JSONRPC")
    return {};
  if (each.version.starts_with("1."))
    return dialect::v1;
  if (each.version.starts_with("0.3") || each.version.starts_with("0.2"))
    return dialect::v03;
  return {};
}

const offer* best_of(const std::vector<offer>& all, std::optional<dialect> only) {
  for (const auto wanted : {dialect::v1, dialect::v03})
    for (const auto& each : all)
      if (dialect_of(each) == wanted && only.value_or(wanted) == wanted)
        return &each;
  return nullptr;
}

std::string listed(const std::vector<offer>& all) {
  constexpr std::size_t shown_max = 300;
  std::string text;
  for (const auto& each : all)
    text += (text.empty() ? "" : ", ") + each.binding + " " + each.version;
  return text.empty() ? "nothing" : one_line(text, shown_max);
}

} // namespace

web_address card_address(const web_address& agent, bool older) {
  auto at = agent;
  const auto query = at.path.find('?');
  if (at.path.substr(0, query).ends_with(".json"))
    return at;
  at.path.resize(std::min(query, at.path.size()));
  if (at.path.ends_with('/'))
    at.path.pop_back();
  at.path += older ? "/.well-known/agent.json" : "/.well-known/agent-card.json";
  return at;
}

result<agent_interface>
choose_interface(const json& card, const web_address& from, const talk_settings& how) {
  const auto offers = offers_in(card);
  const auto* chosen = best_of(offers, how.only);
  if (!chosen)
    return fail(
      errc::invalid_argument,
      "its card offers " + listed(offers) +
        "; spoken here is JSON-RPC (JSONRPC) of version " +
        (how.only ? std::string(to_string(*how.only)) + ", as protocol_version says"
                  : "1.0 or 0.3"));
  auto url = follow(from, chosen->url);
  if (!url)
    return fail(
      errc::invalid_argument,
      "its card names an address that is none: " + url.error().message);
  const auto origin = url->origin();
  if (
    origin != from.origin() &&
    std::ranges::find(how.origins, origin) == how.origins.end())
    return fail(
      errc::refused,
      "its card says it is reached at " + origin +
        ", which is not where the card is (" + from.origin() +
        "); if that is right, name it in backend_config.origins");
  return agent_interface{
    .speaks = *dialect_of(*chosen),
    .url = std::move(*url),
    .streams = flag_in(member(card, "capabilities"), "streaming"),
    .tenant = chosen->tenant};
}

} // namespace troupe::agents::a2a
