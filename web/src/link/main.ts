// SPDX-License-Identifier: Apache-2.0
import { mount } from 'svelte';
import { useTexts } from '$lib/i18n';
import en from '../i18n/en.json?link';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/controls.css';
import LinkPage from './LinkPage.svelte';

await useTexts(en);
mount(LinkPage, { target: document.getElementById('app')! });
