#include "io/tcp_table.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace troupe::io {

namespace {

constexpr unsigned established_state = 1;

struct table_end {
  tcp_ends::address address{};
  std::uint16_t port = 0;
};

struct table_line {
  tcp_ends ends;
  tcp_row row;
};

template <class Number>
std::optional<Number> whole_number(std::string_view text, int base) {
  Number value = 0;
  const auto* last = text.data() + text.size();
  const auto [end, bad] = std::from_chars(text.data(), last, value, base);
  if (bad != std::errc() || end != last)
    return {};
  return value;
}

/// `0100007F:1F90`: words of 32 bits, each as this machine reads it, and a port.
std::optional<table_end> read_end(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32)
    return {};
  table_end end;
  if (colon == 8)
    end.address = mapped_v4;
  auto* to = end.address.data() + (colon == 8 ? 12 : 0);
  for (std::size_t at = 0; at < colon; at += 8, to += 4) {
    const auto word = whole_number<std::uint32_t>(text.substr(at, 8), 16);
    if (!word)
      return {};
    std::memcpy(to, &*word, 4);
  }
  const auto port = whole_number<std::uint16_t>(text.substr(colon + 1), 16);
  if (!port)
    return {};
  end.port = *port;
  return end;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

/// sl local remote st queues timer retransmits uid timeout inode …
std::optional<table_line> read_table_line(std::string_view line) {
  constexpr int words_before_inode = 5;
  next_word(line);
  const auto near = read_end(next_word(line));
  const auto far = read_end(next_word(line));
  const auto state = whole_number<unsigned>(next_word(line), 16);
  for (int i = 0; i < words_before_inode; ++i)
    next_word(line);
  const auto inode = whole_number<std::uint64_t>(next_word(line), 10);
  if (!near || !far || !state || !inode)
    return {};
  return table_line{
    .ends =
      {.connection = 0,
       .near = near->address,
       .far = far->address,
       .near_port = near->port,
       .far_port = far->port},
    .row = {.inode = *inode, .established = *state == established_state}};
}

bool is_loopback(const tcp_ends::address& a) {
  tcp_ends::address one{};
  one.back() = 1;
  return a == one ||
         (std::equal(a.begin(), a.begin() + 12, mapped_v4.begin()) && a[12] == 127);
}

} // namespace

tcp_table::tcp_table(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (const auto read = read_table_line(line))
      rows_[key_of(read->ends)] = read->row;
  }
}

std::optional<tcp_row> tcp_table::find(const tcp_ends& of) const {
  const auto it = rows_.find(key_of(of));
  return it == rows_.end() ? std::nullopt : std::optional(it->second);
}

tcp_table::key tcp_table::key_of(const tcp_ends& ends) {
  key all{};
  auto* to = std::copy(ends.near.begin(), ends.near.end(), all.data());
  to = std::copy(ends.far.begin(), ends.far.end(), to);
  std::memcpy(to, &ends.near_port, 2);
  std::memcpy(to + 2, &ends.far_port, 2);
  return all;
}

far_end find_far_end(const tcp_table& table, const tcp_ends& of) {
  if (table.empty())
    return {};
  const auto near = table.find(of);
  if (!near || !near->established)
    return {.hung_up = true, .certain = near.has_value(), .inode = 0};
  const auto far = table.find(turned(of));
  if (!far)
    return {
      .hung_up = is_loopback(of.far) || of.far == of.near,
      .certain = false,
      .inode = 0};
  return {.hung_up = far->inode == 0, .certain = true, .inode = far->inode};
}

tcp_ends turned(const tcp_ends& ends) {
  return {
    .connection = ends.connection,
    .near = ends.far,
    .far = ends.near,
    .near_port = ends.far_port,
    .far_port = ends.near_port};
}

} // namespace troupe::io
