#include "agents/a2a/greeting.hpp"

#include "agents/a2a/results.hpp"

#include <utility>

namespace troupe::agents::a2a {

namespace {

constexpr int redirects_max = 3;
constexpr int card_tries_max = 4;
constexpr std::uint32_t card_wait_ms = 500;
constexpr std::uint32_t card_within_ms = 30'000;

} // namespace

greeting::greeting(const attempt_plan& plan) : settings_(settings_of(plan)) {
  if (settings_)
    at_ = card_address(settings_->agent);
}

void greeting::begin(errands& to, step& out) {
  ask(to, out);
}

void greeting::ask(errands& to, step& out, std::uint32_t after_ms) const {
  to.go(
    errand::card,
    {.id = to.next(),
     .method = "GET",
     .url = to_string(at_),
     .after_ms = after_ms,
     .reply_ms = card_within_ms},
    out);
}

greeting::failure greeting::heard(const json& news, errands& to, step& out) {
  constexpr int not_found = 404;
  if (!settings_)
    return exit_reason{exit_kind::agent_error, settings_.error().message};
  if (text_in(news, "what") == "failed") {
    auto why = judge_failure(news);
    return may_pass(news) ? try_again(std::move(why), to, out) : std::move(why);
  }
  const auto status = number_in(news, "status").value_or(0);
  if (!text_in(news, "location").empty())
    return redirected(news, to, out);
  if (status == not_found && !std::exchange(older_, true)) {
    at_ = card_address(settings_->agent, true);
    ask(to, out);
    return {};
  }
  const auto& card = member(news, "body");
  if (status != 200) {
    auto why = judge_status(news);
    why.detail = "its card cannot be read at " + at_.origin() + ": " + why.detail;
    return may_pass(news) ? try_again(std::move(why), to, out) : std::move(why);
  }
  auto chosen = choose_interface(card, at_, *settings_);
  if (!chosen)
    return exit_reason{exit_kind::agent_error, chosen.error().message};
  found_ = std::move(*chosen);
  return {};
}

greeting::failure greeting::try_again(exit_reason why, errands& to, step& out) {
  if (++tries_ == card_tries_max)
    return why;
  ask(to, out, card_wait_ms << (tries_ - 1));
  return {};
}

greeting::failure greeting::redirected(const json& news, errands& to, step& out) {
  const auto next = follow(at_, text_in(news, "location"));
  if (!next || next->origin() != at_.origin() || ++redirects_ > redirects_max)
    return exit_reason{
      exit_kind::agent_error,
      "its card is somewhere else: " + at_.origin() + " redirects to " +
        one_line(to_utf8(text_in(news, "location")), 200) +
        "; if that is right, name it in backend_config.agent_url"};
  at_ = *next;
  ask(to, out);
  return {};
}

} // namespace troupe::agents::a2a
