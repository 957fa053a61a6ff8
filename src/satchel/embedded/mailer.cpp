// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/mailer.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLineOfBase64 = 76, kLongestPlainLine = 900;

struct CloseCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// "satchel@example.org" of "Satchel <satchel@example.org>".
std::string_view address_in(std::string_view from) {
  const auto open = from.rfind('<');
  if (open == from.npos || !from.ends_with('>')) return from;
  return from.substr(open + 1, from.size() - open - 2);
}

/// RFC 2047, as short words that keep characters whole.
std::string encode_header(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(begin + 42, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\r\n ", to_base64(text.substr(begin, end - begin)));
    begin = end;
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

bool is_plain(std::string_view text) {
  std::size_t line = 0;
  for (const char c : text) {
    line = c == '\n' ? 0 : line + 1;
    if (static_cast<unsigned char>(c) >= 0x80 || line > kLongestPlainLine) return false;
  }
  return true;
}

std::string in_lines(std::string_view base64) {
  std::string out;
  for (std::size_t i = 0; i < base64.size(); i += kLineOfBase64) out.append(base64.substr(i, kLineOfBase64)).append("\r\n");
  return out;
}

std::string compose(const Mail& mail, std::string_view from, Time now, std::string_view id) {
  const std::string date = format_http(now);  // "… GMT"
  const auto address = address_in(from);
  const bool plain = is_plain(mail.text);
  const std::string text = with_crlf(mail.text);
  return fmt::format("Date: {}+0000\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}",
                     std::string_view(date).substr(0, date.size() - 3), from, mail.to, encode_header(mail.subject), id, address.substr(address.find('@') + 1),
                     plain ? "7bit" : "base64", plain ? text : in_lines(to_base64(text)));
}

std::size_t read_message(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& rest = *static_cast<std::string_view*>(user);
  const std::size_t bytes = std::min(size * count, rest.size());
  std::copy_n(rest.begin(), bytes, buffer);
  rest.remove_prefix(bytes);
  return bytes;
}

class SmtpMailer final : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, const Clock& clock, Random& random) : options_(std::move(options)), clock_(&clock), random_(&random) {}

  bool enabled() const override { return !options_.host.empty(); }

  Result<void> send(const Call& call, const Mail& mail) override {
    if (!enabled()) return fail(ErrorCode::unsupported, "Mail is not set up here. Ask an administrator.");
    TRY(check_mail(mail));
    const auto left = call.deadline - clock_->now();
    if (left.count() <= 0) return fail(ErrorCode::deadline_exceeded, "There was no time left to send the mail.");
    const std::unique_ptr<CURL, CloseCurl> curl(curl_easy_init());
    if (!curl) return fail(ErrorCode::internal, "The mail could not be sent.", "curl_easy_init");
    const std::unique_ptr<curl_slist, CloseCurl> to(curl_slist_append(nullptr, mail.to.c_str()));
    const std::string message = compose(mail, options_.from, clock_->now(), random_id(*random_));
    std::string_view rest = message;
    set_up(curl.get());
    curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(curl.get(), CURLOPT_READDATA, &rest);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    return outcome(curl.get(), curl_easy_perform(curl.get()));
  }

 private:
  void set_up(CURL* curl) const {
    const bool implicit = options_.tls == SmtpOptions::Tls::implicit;
    curl_easy_setopt(curl, CURLOPT_URL, fmt::format("{}://{}:{}", implicit ? "smtps" : "smtp", options_.host, options_.port).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(options_.tls == SmtpOptions::Tls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, std::string(address_in(options_.from)).c_str());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // no environment variable sends mail elsewhere
    if (options_.user.empty()) return;
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }

  /// A refusal of 5xx stays one; everything else may pass (RFC 5321 section 4.2.1).
  static Result<void> outcome(CURL* curl, CURLcode result) {
    if (result == CURLE_OK) return {};
    long answer = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    const std::string detail = fmt::format("smtp: {} (answer {})", curl_easy_strerror(result), answer);
    if (result == CURLE_OPERATION_TIMEDOUT) return fail(ErrorCode::deadline_exceeded, "The mail server did not answer in time.", detail);
    const bool refused = answer >= 500 && answer < 600 && result != CURLE_LOGIN_DENIED;
    if (refused) return fail(ErrorCode::invalid, "The mail server refused this mail. Check the address.", detail, "mail_refused");
    return fail(ErrorCode::unavailable, "The mail could not be sent now. Try again later.", detail);
  }

  SmtpOptions options_;
  const Clock* clock_;
  Random* random_;
};

}  // namespace

Result<std::unique_ptr<Mailer>> smtp_mailer(SmtpOptions options, const Clock& clock, Random& random) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once; a local static is made by one thread
  if (ready != CURLE_OK) return fail(ErrorCode::internal, "Mail cannot be used here.", curl_easy_strerror(ready));
  if (!options.host.empty()) {
    const auto good = check_mail({.to = std::string(address_in(options.from)), .subject = options.from, .text = {}});
    if (!good) return fail(ErrorCode::invalid, "The sender of mails is no address. Write it as Satchel <satchel@example.org>.");
  }
  return std::make_unique<SmtpMailer>(std::move(options), clock, random);
}

}  // namespace satchel
