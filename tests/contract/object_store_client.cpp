// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/object_store_client.hpp"

#include <curl/curl.h>

#include <limits>
#include <memory>

namespace satchel::contract {
namespace {

struct Transfer {
  ClientAnswer answer;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* to) {
  std::string_view line(bytes, count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon)), value(line.substr(colon + 2));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  ClientAnswer& answer = static_cast<Transfer*>(to)->answer;
  if (name == "etag") {
    answer.etag = value;
    std::erase(answer.etag, '"');
  }
  answer.headers.emplace_back(std::move(name), std::move(value));
  return count;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
  auto* transfer = static_cast<Transfer*>(to);
  transfer->answer.body.append(bytes, count);
  return transfer->answer.body.size() > transfer->most ? 0 : count;  // 0: the connection is cut
}

ClientAnswer send(const SignedRequest& request, const std::string_view* bytes, std::uint64_t most) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  Transfer transfer{{}, most};
  curl_slist* headers = nullptr;
  for (const auto& [name, value] : request.headers) {
    if (name != "content-length") headers = curl_slist_append(headers, (name + ": " + value).c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> held(headers, curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, held.get());
  if (bytes) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, bytes->data() ? bytes->data() : "");
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes->size()));
  }
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
  curl_easy_perform(curl.get());  // a transfer that was cut has its status all the same
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<int>(status);
  return std::move(transfer.answer);
}

}  // namespace

ClientAnswer put_by_http(const SignedRequest& request, std::string_view bytes) {
  return send(request, &bytes, std::numeric_limits<std::uint64_t>::max());
}

ClientAnswer get_by_http(const SignedRequest& request, std::uint64_t most) { return send(request, nullptr, most); }

}  // namespace satchel::contract
