// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/new_uploads.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr std::int64_t kLargestOneLine = 5 * 1024 * kMiB;  // S3's limit of one PUT
constexpr Duration kFirstLook{2'000};

/// The one-line upload: `curl -fL -T FILE …/api/v1/put/NAME`. Its bytes go where the 307 leads, and the event of their arrival makes
/// the file visible; a name that is taken gets a number, so that nothing is ever replaced unasked. Where the store tells of no arrival, it is
/// looked for.
class PutFile final : public Function {
 public:
  PutFile(const TableReader& table, TableWriter writer, const UploadSigner& signer, const Settings& settings)
      : table_(table), writer_(std::move(writer)), signer_(signer), settings_(settings) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const User& user = TRY(person(context))->user;
    Upload upload;
    upload.name = TRY(check_name(request.parameter("name")));
    upload.size = TRY(length_of(request));
    const Allowed root = TRY(allow_folder(context, table_, Action::add, user.root));
    upload.id = UploadId(random_id(context.random));
    upload.entry = EntryId(random_id(context.random));
    upload.user = user.id;
    upload.space = user.space;
    upload.folder = user.root;
    upload.conflict = OnConflict::rename;
    upload.single = true;
    upload.created = context.call.now;
    upload.due = context.call.now + kUploadLife;
    Transaction more;
    if (!settings_.object_events) more.push_back(later_event_operation(context, context.call.now + kFirstLook, kUploadAwaited, upload.key().str()));
    const auto opened = attempt(context, [&] { return write_uploads(context, table_, writer_, {upload}, more); });
    if (!opened) return answer_refusal(context, table_, user.space, upload.size, opened.error());
    return Response::redirect(TRY(sign_single(context.call, signer_, root.grant, upload)).url, 307);
  }

 private:
  static Result<std::int64_t> length_of(const Request& request) {
    const std::string_view length = request.header("content-length");
    if (length.empty()) {
      return fail(ErrorCode::invalid, "The length must be known before: send a file rather than a stream (Content-Length).", {}, "length_required");
    }
    const std::int64_t bytes = TRY(whole_number(length, "Content-Length", 0, kLargestFile));
    if (bytes > kLargestOneLine) {
      return fail(ErrorCode::too_large, "One PUT takes at most 5 GiB. Send larger files with `satchel put` or in the browser.");
    }
    return bytes;
  }

  const TableReader& table_;
  TableWriter writer_;
  const UploadSigner& signer_;
  const Settings& settings_;
};

}  // namespace

make::Made make::put_file(const Wiring& wiring) {
  return std::make_unique<PutFile>(wiring.reader(), wiring.writer(), wiring.upload_signer(), wiring.settings());
}

}  // namespace satchel
