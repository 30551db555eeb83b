#include "mcp/conversation.hpp"

/// What a conversation says of its own accord.
namespace troupe::mcp {

namespace {

orders all_of(std::vector<notice> what) {
  orders out;
  for (auto& each : what)
    out.push_back(say{print_json(each.message), std::move(each.about)});
  return out;
}

} // namespace

orders conversation::progress(
  std::uint64_t number, double done, std::optional<double> all, std::string text) {
  const auto* call = calls_.wanted(number);
  if (call == nullptr || call->asked->progress_token.is_null())
    return {};
  json params{{"progressToken", call->asked->progress_token}, {"progress", done}};
  if (all)
    params["total"] = *all;
  if (!text.empty() && call->asked->rev >= revision::v2025_03_26)
    params["message"] = std::move(text);
  return {say{
    print_json(jsonrpc::notification("notifications/progress", std::move(params))),
    call->asked->id}};
}

orders conversation::log(
  std::uint64_t number, log_level level, std::string_view logger, json what) {
  const auto* call = calls_.wanted(number);
  if (number != 0 && call == nullptr)
    return {};
  const bool of_modern = call && call->asked->rev >= modern;
  const auto from =
    of_modern ? call->asked->loudness : dialogue_.of_legacy().loudness();
  if (!from || level < *from)
    return {};
  return {say{
    print_json(jsonrpc::notification(
      "notifications/message",
      {{"level", to_string(level)}, {"logger", logger}, {"data", std::move(what)}})),
    call ? call->asked->id : json()}};
}

orders conversation::changed(const std::string& uri) const {
  return all_of(listening_.changed(uri));
}

bool conversation::tells_at_large(changing_list which) const {
  const auto& by = *terms_.offered;
  const bool declared =
    which == changing_list::resources ? by.resources : by.lists_change;
  return declared && dialogue_.of_legacy().has_begun();
}

bool conversation::tells_of(changing_list which) const {
  return tells_at_large(which) || listening_.watches(which);
}

orders conversation::changed(changing_list which) const {
  auto out = all_of(listening_.changed(which));
  if (tells_at_large(which))
    out.push_back(say{
      print_json(jsonrpc::notification(
        "notifications/" + std::string(to_string(which)) + "/list_changed",
        json::object())),
      nullptr});
  return out;
}

} // namespace troupe::mcp
