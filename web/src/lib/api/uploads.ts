// SPDX-License-Identifier: Apache-2.0
// The uploader's view of the API.
import type { UploadApi, UploadStatus } from '../upload/model';
import { Problem } from '../problem';
import { result, type Client } from './client';

export function uploadApi(api: Client): UploadApi {
  const at = (id: string) => ({ params: { path: { id } } });
  return {
    createFolder: (parent, path) =>
      result(api.POST('/api/v1/folders', { body: { parent, path, exclusive: false } })),
    create: async (files) => (await result(api.POST('/api/v1/uploads', { body: { files } }))).uploads,
    status: (id) => wholeStatus(api, id),
    async signParts(id, parts) {
      const body = {
        parts: parts.map(({ number, length, checksum }) => ({ number, length, checksum: checksum.value })),
      };
      const signed = await result(api.POST('/api/v1/uploads/{id}/parts', { ...at(id), body }));
      return new Map(signed.parts.map(({ number, request }) => [number, request]));
    },
    signPut: async (id, checksum) =>
      (await result(api.POST('/api/v1/uploads/{id}/put', { ...at(id), body: { checksum } }))).put,
    complete: (id, checksum, parts) =>
      result(api.POST('/api/v1/uploads/{id}/complete', { ...at(id), body: { checksum, parts } })),
    async completeMany(uploads) {
      const { results } = await result(api.POST('/api/v1/uploads/complete', { body: { uploads } }));
      return results.map(({ id, entry, problem }) => ({
        id,
        entry,
        problem: problem && new Problem(problem.status, problem),
      }));
    },
    abort: (id) => result(api.DELETE('/api/v1/uploads/{id}', at(id))),
  };
}

async function wholeStatus(api: Client, id: string): Promise<UploadStatus> {
  const present: UploadStatus['parts_present'] = [];
  for (let after: number | undefined; ;) {
    const params = { path: { id }, query: after === undefined ? {} : { after } };
    const page = await result(api.GET('/api/v1/uploads/{id}', { params }));
    present.push(...page.parts_present);
    if (page.next === undefined) return { ...page, parts_present: present };
    after = page.next;
  }
}
