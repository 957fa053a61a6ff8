// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "satchel/base/log.hpp"

namespace satchel {
namespace {

constexpr std::size_t kDepth = 16;

/// Builds Json from the parser's events; refuses a member that is named twice.
class Builder {
 public:
  using error_code = boost::system::error_code;
  static constexpr std::size_t max_object_size = 1'000'000, max_array_size = 1'000'000;
  static constexpr std::size_t max_key_size = 4096, max_string_size = 16 * 1024 * 1024;

  explicit Builder(OddNumbers odd) : odd_(odd) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(Json(Json::Object{})); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(Json::array()); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(boost::json::string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(boost::json::string_view part, std::size_t, error_code& error) {
    append(part);
    if (stack_.back().find(text_)) {
      twice_ = text_;
      error = boost::json::error::extra_data;
      return false;
    }
    names_.push_back(std::exchange(text_, {}));
    return true;
  }
  bool on_string_part(boost::json::string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(boost::json::string_view part, std::size_t, error_code&) {
    append(part);
    return add(Json(std::exchange(text_, {})));
  }
  bool on_number_part(boost::json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, boost::json::string_view, error_code&) { return add(Json(value)); }
  bool on_uint64(std::uint64_t, boost::json::string_view, error_code& error) { return odd_number(error); }
  bool on_double(double value, boost::json::string_view, error_code& error) {
    // 1e3 and 5.0 are whole numbers, too, and within what a double tells apart.
    if (value != std::floor(value) || std::abs(value) > 9007199254740992.0) return odd_number(error);
    return add(Json(static_cast<std::int64_t>(value)));
  }
  bool on_bool(bool value, error_code&) { return add(Json(value)); }
  bool on_null(error_code&) { return add(Json()); }
  bool on_comment_part(boost::json::string_view, error_code&) { return true; }
  bool on_comment(boost::json::string_view, error_code&) { return true; }

  Json take() { return std::move(root_); }
  const std::string& twice() const { return twice_; }
  bool refused_number() const { return refused_number_; }

 private:
  bool append(boost::json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool odd_number(error_code& error) {
    if (odd_ == OddNumbers::read_as_null) return add(Json());
    refused_number_ = true;
    error = boost::json::error::not_number;
    return false;
  }
  bool open(Json container) {
    stack_.push_back(std::move(container));
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    return add(std::move(done));
  }
  bool add(Json value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().as<Json::Array>()) {
      stack_.back().push(std::move(value));
    } else {
      stack_.back().set(std::move(names_.back()), std::move(value));
      names_.pop_back();
    }
    return true;
  }

  Json root_;
  std::vector<Json> stack_;
  std::vector<std::string> names_;  // of members whose value is not whole yet
  std::string text_, twice_;
  OddNumbers odd_;
  bool refused_number_ = false;
};

void write(const Json& value, std::string& out) {
  if (const auto* flag = value.as<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = value.as<std::int64_t>()) {
    out += std::to_string(*number);
  } else if (const auto* text = value.as<std::string>()) {
    out += json_quote(*text);
  } else if (const auto* array = value.as<Json::Array>()) {
    char before = '[';
    for (const Json& item : *array) {
      out += std::exchange(before, ',');
      write(item, out);
    }
    out += array->empty() ? "[]" : "]";
  } else if (const auto* object = value.as<Json::Object>()) {
    char before = '{';
    for (const auto& [name, member] : *object) {
      out += std::exchange(before, ',');
      out += json_quote(name);
      out += ':';
      write(member, out);
    }
    out += object->empty() ? "{}" : "}";
  } else {
    out += "null";
  }
}

}  // namespace

Result<Json> Json::parse(std::string_view text, OddNumbers odd) {
  boost::json::parse_options options;
  options.max_depth = kDepth;
  boost::json::basic_parser<Builder> parser(options, odd);
  boost::system::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used == text.size()) return parser.handler().take();
  if (!parser.handler().twice().empty()) {
    return fail(ErrorCode::invalid, fmt::format("The JSON names the member '{}' twice. Send it once.", parser.handler().twice()));
  }
  if (parser.handler().refused_number()) {
    return fail(ErrorCode::invalid, "The JSON has a number that is not whole or too large. Send whole numbers below 2^63.");
  }
  return fail(ErrorCode::invalid, fmt::format("The body is no valid JSON near byte {}. Check its syntax and that it is UTF-8.", used));
}

std::string Json::text() const {
  std::string out;
  write(*this, out);
  return out;
}

Json& Json::set(std::string name, Json value) {
  std::get<Object>(value_).emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

const Json* Json::find(std::string_view name) const {
  const auto* members = as<Object>();
  if (!members) return nullptr;
  const auto found = std::ranges::find(*members, name, &std::pair<std::string, Json>::first);
  return found == members->end() ? nullptr : &found->second;
}

Result<JsonReader> JsonReader::parse(std::string_view body) {
  return over(TRY(Json::parse(body.empty() ? "{}" : body)), "");
}

Result<JsonReader> JsonReader::over(Json value, std::string where) {
  if (!value.as<Json::Object>()) {
    return fail(ErrorCode::invalid, fmt::format("{} must be a JSON object.", where.empty() ? "The body" : "'" + where + "'"));
  }
  return JsonReader(std::move(value), std::move(where));
}

const Json* JsonReader::take(std::string_view name) {
  taken_.emplace(name);
  return value_.find(name);
}

std::unexpected<Error> JsonReader::wrong(std::string_view name, std::string_view wanted) const {
  return fail(ErrorCode::invalid, fmt::format("'{}{}{}' must be {}.", where_, where_.empty() ? "" : ".", name, wanted));
}

template <class T>
Result<std::optional<T>> JsonReader::optional(std::string_view name, std::string_view wanted) {
  const Json* member = take(name);
  if (!member || member->is_null()) return std::optional<T>();
  const T* value = member->as<T>();
  if (!value) return wrong(name, wanted);
  return std::optional<T>(*value);
}

template <class T>
Result<T> JsonReader::required(std::string_view name, std::string_view wanted) {
  auto value = TRY(optional<T>(name, wanted));
  if (!value) return wrong(name, fmt::format("given: {}", wanted));
  return *std::move(value);
}

Result<std::string> JsonReader::text(std::string_view name) { return required<std::string>(name, "a text"); }
Result<std::optional<std::string>> JsonReader::optional_text(std::string_view name) {
  return optional<std::string>(name, "a text");
}
Result<std::int64_t> JsonReader::number(std::string_view name) { return required<std::int64_t>(name, "a whole number"); }
Result<std::optional<std::int64_t>> JsonReader::optional_number(std::string_view name) {
  return optional<std::int64_t>(name, "a whole number");
}
Result<std::optional<bool>> JsonReader::optional_flag(std::string_view name) { return optional<bool>(name, "true or false"); }

Result<std::optional<Time>> JsonReader::optional_time(std::string_view name) {
  const auto written = TRY(optional_text(name));
  if (!written) return std::optional<Time>();
  const auto time = parse_rfc3339(*written);
  if (!time) return wrong(name, "a date and time such as 2026-11-24T16:24:11Z");
  return std::optional<Time>(*time);
}

Result<std::optional<JsonReader>> JsonReader::optional_object(std::string_view name) {
  const Json* member = take(name);
  if (!member || member->is_null()) return std::optional<JsonReader>();
  return std::optional<JsonReader>(TRY(over(*member, where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name))));
}

Result<std::vector<JsonReader>> JsonReader::objects(std::string_view name) {
  const auto list = TRY(required<Json::Array>(name, "a list of objects"));
  std::vector<JsonReader> readers;
  for (std::size_t i = 0; i < list.size(); ++i) readers.push_back(TRY(over(list[i], fmt::format("{}[{}]", name, i))));
  return readers;
}

Result<std::optional<std::vector<std::string>>> JsonReader::optional_texts(std::string_view name) {
  const auto list = TRY(optional<Json::Array>(name, "a list of texts"));
  if (!list) return std::optional<std::vector<std::string>>();
  std::vector<std::string> texts;
  for (const Json& item : *list) {
    if (!item.as<std::string>()) return wrong(name, "a list of texts");
    texts.push_back(*item.as<std::string>());
  }
  return std::optional(std::move(texts));
}

Result<void> JsonReader::finish() const {
  for (const auto& [name, value] : *value_.as<Json::Object>()) {
    if (!taken_.contains(name)) return fail(ErrorCode::invalid, fmt::format("There is no member '{}{}{}'. Leave it out.", where_, where_.empty() ? "" : ".", name));
  }
  return {};
}

}  // namespace satchel
