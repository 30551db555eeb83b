#include "mcp/subscriptions.hpp"

#include "mcp/modern.hpp"

namespace troupe::mcp {

namespace {

json tagged(json params, const json& id) {
  params["_meta"][std::string(subscription_key)] = id;
  return params;
}

} // namespace

bool subscriptions::full(std::size_t uris) const {
  auto all = uris_.size() + uris;
  for (const auto& each : listens_)
    all += each.uris.size();
  return listens_.size() >= listens_max || all > uris_max;
}

bool subscriptions::drop(const json& id) {
  return std::erase_if(listens_, [&](const listen& l) { return l.id == id; }) > 0;
}

bool subscriptions::has(const json& id) const {
  return std::ranges::find(listens_, id, &listen::id) != listens_.end();
}

std::set<std::string> subscriptions::watched() const {
  auto all = uris_;
  for (const auto& each : listens_)
    all.insert(each.uris.begin(), each.uris.end());
  return all;
}

bool subscriptions::watches(changing_list which) const {
  return std::ranges::any_of(listens_, [&](const listen& l) {
    return std::ranges::find(l.lists, which) != l.lists.end();
  });
}

std::vector<notice> subscriptions::changed(const std::string& uri) const {
  constexpr std::string_view method = "notifications/resources/updated";
  std::vector<notice> all;
  if (uris_.contains(uri))
    all.push_back({nullptr, jsonrpc::notification(method, {{"uri", uri}})});
  for (const auto& each : listens_)
    if (std::ranges::find(each.uris, uri) != each.uris.end())
      all.push_back(
        {each.id, jsonrpc::notification(method, tagged({{"uri", uri}}, each.id))});
  return all;
}

std::vector<notice> subscriptions::changed(changing_list which) const {
  const auto method =
    "notifications/" + std::string(to_string(which)) + "/list_changed";
  std::vector<notice> all;
  for (const auto& each : listens_)
    if (std::ranges::find(each.lists, which) != each.lists.end())
      all.push_back(
        {each.id, jsonrpc::notification(method, tagged(json::object(), each.id))});
  return all;
}

notice subscriptions::acknowledgement(const listen& what) {
  json honoured = json::object();
  for (const auto list : what.lists)
    honoured[std::string(to_string(list)) + "ListChanged"] = true;
  if (!what.uris.empty())
    honoured["resourceSubscriptions"] = what.uris;
  return {
    what.id,
    jsonrpc::notification(
      "notifications/subscriptions/acknowledged",
      tagged({{"notifications", std::move(honoured)}}, what.id))};
}

} // namespace troupe::mcp
