// SPDX-License-Identifier: Apache-2.0
// pdf.js, loaded when the first PDF is shown. It draws; scripts and forms of a document are not even loaded with it.
import { getDocument, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { trustedWorkerUrl } from '../trusted';

declare const __PDF_FOLDER__: string;
const pixelsOfAnImage = 64 * 1024 * 1024;

export type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';

/** `progress` is told the bytes that have come. Call the second result's function when done: it ends the worker, too. */
export function openPdf(
  url: string,
  progress: (loaded: number) => void,
): { document: Promise<PDFDocumentProxy>; close(): void } {
  const port = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  const worker = PDFWorker.create({ port });
  const task = getDocument({
    url,
    worker,
    isEvalSupported: false,
    useWasm: false,
    disableRange: true, // its address may have expired when a later page is wanted
    maxImageSize: pixelsOfAnImage,
    cMapUrl: `${__PDF_FOLDER__}/cmaps/`,
    standardFontDataUrl: `${__PDF_FOLDER__}/standard_fonts/`,
    wasmUrl: `${__PDF_FOLDER__}/wasm/`,
    verbosity: 0,
  });
  task.onProgress = ({ loaded }: { loaded: number }) => progress(loaded);
  const close = () => {
    void task.destroy().catch(() => undefined);
    worker.destroy();
    port.terminate();
  };
  return { document: task.promise, close };
}
