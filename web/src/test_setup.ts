// SPDX-License-Identifier: Apache-2.0
import { useTexts } from '$lib/i18n';
import en from './i18n/en.json';

await useTexts(en, {}, ['en']);
