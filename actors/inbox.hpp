#pragma once

#include "protocol/mail.hpp"
#include "protocol/result.hpp"
#include "protocol/run_brief.hpp"
#include "store/inbox.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Of one message as it is kept, and of an inbox. What waits is never dropped for what
/// comes; what is settled goes first when room is needed.
inline constexpr std::size_t letter_bytes_max = 32 * 1024;
inline constexpr std::size_t waiting_letters_max = 64;
inline constexpr std::size_t waiting_bytes_max = 256 * 1024;
inline constexpr std::size_t kept_letters_max = 128;
inline constexpr std::size_t kept_bytes_max = 512 * 1024;

/// The messages of one conversation and their receipts. A value without actors or
/// files; the POST keeps them.
class inbox {
public:
  explicit inbox(store::inbox_record kept) : kept_(std::move(kept)) {}

  [[nodiscard]] const store::inbox_record& record() const { return kept_; }

  /// The message that a call with one of these keys has sent.
  [[nodiscard]] const agent_letter*
  sent_with(const std::vector<std::string>& keys) const;

  /// Numbers it and has it wait. busy if too much waits, invalid_argument if it is too
  /// large.
  [[nodiscard]] result<std::uint64_t>
  add(agent_letter letter, std::vector<std::string> keys);

  [[nodiscard]] const agent_letter* find(std::uint64_t seq) const;

  /// What is to be delivered next: interrupts first, then the oldest.
  [[nodiscard]] const store::kept_letter* next() const;

  /// It may become a turn of this run from now on.
  void give(std::uint64_t seq, const std::string& run_id);
  /// It did not.
  void take_back(std::uint64_t seq);
  void delivered(std::uint64_t seq, const std::string& run_id, timestamp now);
  void failed(std::uint64_t seq, const std::string& why, timestamp now);

  /// The run ended without having said these: they wait again.
  void returned(
    const std::string& run_id, const std::vector<std::string>& ids, timestamp now);

  /// This run took these, and nothing else: what it may have had is no more in doubt.
  void resolved(
    const std::string& run_id, const std::vector<std::string>& ids, timestamp now);

  /// Nobody will ever ask for what waits.
  void closed(const std::string& why, timestamp now);

  /// Messages after this number, only those from `from` if given, as far as they fit.
  [[nodiscard]] message_page page(
    const fetch_agent_messages& question, const std::optional<std::string>& from) const;

  /// The agent itself has seen this page.
  void read(const message_page& seen, timestamp now);

private:
  store::kept_letter* at(std::uint64_t seq);
  void make_room();

  store::inbox_record kept_;
};

/// As a turn of the agent: who it is from comes first, and its id, by which one that
/// was never said is known again.
[[nodiscard]] std::string turn_of(const agent_letter& letter);

/// Whether a turn is this message's.
[[nodiscard]] bool is_turn_of(const std::string& turn, const std::string& message_id);

[[nodiscard]] sent_message receipt_of(const agent_letter& letter);

} // namespace troupe
