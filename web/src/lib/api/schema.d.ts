// SPDX-License-Identifier: Apache-2.0
// Generated from api/openapi.yaml by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who I am, and my space. */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change my name. */
        patch: operations["change_me"];
        trace?: never;
    };
    "/api/v1/folders/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of a folder, by name, with the way to it. */
        get: operations["list_folder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        /** One entry and the way to it. */
        get: operations["get_entry"];
        put?: never;
        post?: never;
        /** Into the trash. Idempotent. */
        delete: operations["trash_entry"];
        options?: never;
        head?: never;
        /** Rename, move, or both. */
        patch: operations["change_entry"];
        trace?: never;
    };
    "/api/v1/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The entry at a path below the root of my space. */
        get: operations["resolve_path"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a folder, and those above it that are missing.
         * @description Folders that exist are used, so the call may be repeated. With `exclusive` the last one must be new (409 name_taken).
         */
        post: operations["create_folder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entries/{id}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Copy an entry into a folder. A folder's content follows. */
        post: operations["copy_entry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/downloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A signed address for the bytes of a file. */
        post: operations["create_download"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entries/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** To the bytes of a file. */
        get: operations["get_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What lies in my trash, the newest first. */
        get: operations["list_trash"];
        put?: never;
        post?: never;
        /** Delete everything in my trash for ever. */
        delete: operations["empty_trash"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trash/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete one entry in the trash for ever. */
        delete: operations["purge_entry"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entries/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Out of the trash, to where it was.
         * @description Into the root where its folder is gone; under a numbered name where its own is taken.
         */
        post: operations["restore_entry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My open uploads. */
        get: operations["list_uploads"];
        put?: never;
        /**
         * Open up to 90 uploads and reserve their room.
         * @description All or nothing. A file of at most 8 MiB whose checksum is given gets one signed PUT at once; others are sent in parts of
         *     `part_size` bytes, signed on demand. 413 quota_exceeded carries `missing` bytes; 409 name_taken carries `conflicts`, the indexes of
         *     the files whose names are taken.
         */
        post: operations["create_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        /** How far an upload has come. */
        get: operations["get_upload"];
        put?: never;
        post?: never;
        /** Give an upload up; its room comes back. Idempotent. */
        delete: operations["abort_upload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signed requests for up to 100 parts. */
        post: operations["sign_parts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/put": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The signed PUT of a small file once more. */
        post: operations["sign_put"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the file visible. Idempotent. */
        post: operations["complete_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete up to 90 uploads, each with a result of its own. */
        post: operations["complete_uploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/put/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * The one-line upload into the root of my space.
         * @description `curl -fL -T FILE -H "Authorization: Bearer …" URL`. The answer leads to a signed PUT of exactly Content-Length bytes; the file is
         *     listed soon after its bytes have arrived.
         */
        put: operations["put_file"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My links, the newest first. */
        get: operations["list_links"];
        put?: never;
        /** Share a file or a live folder by a link. */
        post: operations["create_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entries/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every link that opens this entry itself. */
        get: operations["list_entry_links"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["LinkId"];
            };
            cookie?: never;
        };
        /** One link of mine. */
        get: operations["get_link"];
        put?: never;
        post?: never;
        /** Withdraw a link, at once. Idempotent. */
        delete: operations["revoke_link"];
        options?: never;
        head?: never;
        /**
         * Change expiry, password or download limit; null takes one away.
         * @description Whoever has unlocked the link before is asked for the password again.
         */
        patch: operations["change_link"];
        trace?: never;
    };
    "/api/v1/public/links/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a link opens.
         * @description 404 where there is no such link; 410 where it is over (link_expired, link_spent, link_revoked); 401 link_password where it wants
         *     its password, and then nothing else about it. Never spends a limited link.
         */
        get: operations["open_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/links/{token}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give the password; get a ticket for the next hour.
         * @description 401 wrong_password where it does not fit; 429 with Retry-After after too many guesses.
         */
        post: operations["unlock_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/links/{token}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of a folder that a link opens. */
        get: operations["list_link_folder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/public/links/{token}/downloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A signed address for the bytes of a file that a link opens.
         * @description A limited link is spent by the first; the answer then has a `lease`, with which the other files of a folder and a repeated try follow
         *     without spending another. A download that fails gives the lease's share back.
         */
        post: operations["download_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/s/{token}/file": {
        parameters: {
            query?: never;
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        /**
         * To the bytes of a file link without limit.
         * @description 405 for a limited one, which only a POST spends.
         */
        get: operations["link_file"];
        put?: never;
        /**
         * To the bytes of a file link; spends a limited one.
         * @description `curl -fLOJ -d '' URL`. The body is ignored.
         */
        post: operations["link_file_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My personal API tokens, without their secrets. */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Make a personal API token; the secret is shown this once.
         * @description Only a person's own sign-in makes one. A token that could make tokens would outlive its own end.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Void a token, at once. */
        delete: operations["delete_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of this installation. */
        get: operations["list_users"];
        put?: never;
        /** Invite a person. Again for one who has not come gives a new invitation. */
        post: operations["invite_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change role, quota, or whether a person may sign in.
         * @description 409 last_administrator where nobody would be left to administrate.
         */
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/v1/users/{id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A one-use link with which a person sets a new password. */
        post: operations["reset_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What administrators can switch. */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Switch them. */
        patch: operations["change_settings"];
        trace?: never;
    };
    "/auth/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Discovery (OpenID Connect Discovery 1.0). */
        get: operations["openid_configuration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of the signing keys (RFC 7517). */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Authorization endpoint; code and PKCE S256 only.
         * @description Without a session it leads to /signin?continue=…, which comes back here.
         */
        get: operations["authorize"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Token endpoint; authorization_code and refresh_token. */
        post: operations["token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revocation endpoint (RFC 7009). */
        post: operations["revoke_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/userinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Claims about the person. */
        get: operations["userinfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** RP-initiated logout. */
        get: operations["logout"];
        put?: never;
        /** RP-initiated logout, by form. */
        post: operations["logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** E-mail and password; sets the session cookie. */
        post: operations["sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session of this browser. */
        post: operations["sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the first administrator is still to be made. */
        get: operations["get_setup"];
        put?: never;
        /** Make the first administrator with the printed token, and sign in. */
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an invitation up, and sign in. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/invitation/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whom an invitation or a reset is for. */
        post: operations["check_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password with a one-use token. */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/reset-request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a reset by mail. The answer is the same whoever asks. */
        post: operations["request_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sign-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an account, where self sign-up is on. */
        post: operations["sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change my password; other sessions end. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where I am signed in. */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out one of my sessions. Idempotent. */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api/sessions/end-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out everywhere. */
        post: operations["end_all_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/config.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the front-end needs to know before anybody signs in. */
        get: operations["config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives. */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether it can do its work. */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counters in Prometheus's text form, for loopback or a scrape token. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description 128 random bits; opaque.
         * @example 4fGh2kLmNpQrStUvWxYz01
         */
        Id: string;
        /** @description Names a secret without being one. */
        KeyedId: string;
        /**
         * Format: date-time
         * @example 2026-11-24T16:24:11.000Z
         */
        Time: string;
        /**
         * Format: int64
         * @description Bytes.
         */
        Size: number;
        /** @description Opaque; only for the query it came from. */
        Cursor: string;
        /** @description 1 to 255 bytes of UTF-8 without "/" and control characters. */
        EntryName: string;
        PersonName: string;
        Email: string;
        NewPassword: string;
        /** @enum {string} */
        Role: "member" | "admin";
        /** @enum {string} */
        Scope: "files:read" | "files:write" | "links:write" | "account";
        PartNumber: number;
        Checksum: {
            /** @enum {string} */
            algorithm: "crc64nvme" | "crc32c";
            /** @description Base64 of the big-endian number, as S3 writes it. */
            value: string;
        };
        Problem: {
            /** @description A short word: invalid, name_taken, quota_exceeded, link_password, … */
            type: string;
            title: string;
            status: number;
            /** @description A sentence that says what to do. */
            detail: string;
            request_id: string;
            /**
             * Format: int64
             * @description quota_exceeded: the bytes that do not fit.
             */
            missing?: number;
            /** @description name_taken: the indexes of the files in question. */
            conflicts?: number[];
        };
        Me: {
            id: components["schemas"]["Id"];
            email: string;
            name: string;
            role: components["schemas"]["Role"];
            space: {
                id: components["schemas"]["Id"];
                root: components["schemas"]["Id"];
                limit: components["schemas"]["Size"];
                /**
                 * Format: int64
                 * @description Bytes still free; below 0 where the limit was lowered under what is used.
                 */
                avail: number;
                used: components["schemas"]["Size"];
            };
        };
        Entry: {
            id: components["schemas"]["Id"];
            /** @enum {string} */
            kind: "file" | "folder";
            /** @description Empty for the root of a space. */
            name: string;
            parent?: components["schemas"]["Id"];
            size?: components["schemas"]["Size"];
            /** @description The media type of a file as its uploader named it. */
            type?: string;
            created: components["schemas"]["Time"];
            modified: components["schemas"]["Time"];
            /** Format: int64 */
            revision?: number;
            checksum?: components["schemas"]["Checksum"];
            /** @description Hex, where the store computed it. */
            sha256?: string;
            /** @description Whether a link opens it. */
            shared?: boolean;
            /**
             * Format: date-time
             * @description When it went into the trash.
             */
            deleted?: string;
        };
        PathStep: {
            id: components["schemas"]["Id"];
            name: string;
        };
        EntryWithPath: components["schemas"]["Entry"] & {
            /** @description Its folders, root first. */
            path: components["schemas"]["PathStep"][];
        };
        FolderPage: {
            folder: components["schemas"]["Entry"];
            /** @description Root first, the folder last. Of a link: from the link's folder. */
            path: components["schemas"]["PathStep"][];
            /** @description By name. */
            entries: components["schemas"]["Entry"][];
            cursor?: components["schemas"]["Cursor"];
        };
        /** @description To be sent as it stands. */
        SignedRequest: {
            method: string;
            /** Format: uri */
            url: string;
            headers: {
                [key: string]: string;
            };
            expires: components["schemas"]["Time"];
        };
        Download: {
            /** Format: uri */
            url: string;
            expires: components["schemas"]["Time"];
            name: string;
            size: components["schemas"]["Size"];
            /** @description The media type that the store will answer with. */
            type: string;
        };
        LinkDownload: components["schemas"]["Download"] & {
            lease?: string;
        };
        NewFile: {
            folder: components["schemas"]["Id"];
            name: components["schemas"]["EntryName"];
            size: components["schemas"]["Size"];
            type?: string;
            modified?: components["schemas"]["Time"];
            checksum?: components["schemas"]["Checksum"];
            /**
             * @default fail
             * @enum {string}
             */
            conflict: "fail" | "rename" | "replace";
        };
        Upload: {
            id: components["schemas"]["Id"];
            folder: components["schemas"]["Id"];
            name: string;
            size: components["schemas"]["Size"];
            part_size?: components["schemas"]["Size"];
            /** @description How many parts it has. */
            parts?: number;
        };
        NewUpload: components["schemas"]["Upload"] & {
            put?: components["schemas"]["SignedRequest"];
        };
        UploadState: {
            id: components["schemas"]["Id"];
            folder: components["schemas"]["Id"];
            name: string;
            size: components["schemas"]["Size"];
            /** @enum {string} */
            state: "open" | "done";
            part_size?: components["schemas"]["Size"];
            parts?: number;
            parts_present: {
                number: components["schemas"]["PartNumber"];
                size: components["schemas"]["Size"];
                checksum?: string;
            }[];
            /** @description Ask again with this as `after`; absent where there is no more. */
            next?: number;
            entry?: components["schemas"]["Entry"];
        };
        SentPart: {
            number: components["schemas"]["PartNumber"];
            checksum: string;
        };
        NewLink: {
            entry: components["schemas"]["Id"];
            /**
             * Format: date-time
             * @description In the future.
             */
            expires?: string;
            password?: string;
            max_downloads?: number;
        };
        Link: {
            id: components["schemas"]["KeyedId"];
            /** Format: uri */
            url: string;
            entry: components["schemas"]["Id"];
            /** @enum {string} */
            kind: "file" | "folder";
            /** @description Of the entry now. */
            name: string;
            created: components["schemas"]["Time"];
            expires?: components["schemas"]["Time"];
            has_password: boolean;
            max_downloads?: number;
            /** @description Downloads of a limited link that were finished or are under way, of others those that were begun. */
            downloads: number;
            /** @description How often somebody gave its password or began a download. Looking changes nothing, so it is not counted. */
            opened: number;
            /**
             * Format: date-time
             * @description When it was withdrawn.
             */
            revoked?: string;
        };
        OpenedLink: {
            /** @enum {string} */
            kind: "file" | "folder";
            name: string;
            size?: components["schemas"]["Size"];
            type?: string;
            root: components["schemas"]["Entry"];
            /** @description The name of whoever made the link. */
            sender: string;
            expires?: components["schemas"]["Time"];
            max_downloads?: number;
            downloads_left?: number;
        };
        Token: {
            id: components["schemas"]["KeyedId"];
            name: string;
            scopes: components["schemas"]["Scope"][];
            created: components["schemas"]["Time"];
            expires: components["schemas"]["Time"];
            last_used?: components["schemas"]["Time"];
        };
        Session: {
            id: string;
            created: components["schemas"]["Time"];
            last_used?: components["schemas"]["Time"];
            /** @description What it was signed in with. */
            client?: string;
            current: boolean;
        };
        User: {
            id: components["schemas"]["Id"];
            email: string;
            name: string;
            role: components["schemas"]["Role"];
            disabled: boolean;
            /** @description Has not come yet. */
            invited: boolean;
            created: components["schemas"]["Time"];
            space: {
                limit: components["schemas"]["Size"];
                used: components["schemas"]["Size"];
            };
        };
        Invitation: {
            /** Format: uri */
            url: string;
            expires: components["schemas"]["Time"];
            /** @description Whether it went out by mail; if not, hand the URL over yourself. */
            mailed: boolean;
        };
        ProviderSettings: {
            self_signup: boolean;
        };
    };
    responses: {
        /** @description What went wrong (RFC 9457). */
        Problem: {
            headers: {
                /** @description Seconds, where the same request may succeed later. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What went wrong (RFC 6749 section 5.2). */
        OAuthError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    error: string;
                    error_description?: string;
                };
            };
        };
        /** @description The bytes are there. */
        SeeOther: {
            headers: {
                Location: string;
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description Signed in; the answer sets the session cookie. */
        SignedIn: {
            headers: {
                "Set-Cookie": string;
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
    };
    parameters: {
        EntryId: components["schemas"]["Id"];
        UploadId: components["schemas"]["Id"];
        UserId: components["schemas"]["Id"];
        LinkId: components["schemas"]["KeyedId"];
        LinkToken: string;
        /** @description From unlock_link, for a link with a password. */
        LinkTicket: string;
        /** @description Always "1". Shows that a page of ours asks (CSRF). */
        SatchelRequest: "1";
        Limit: number;
        /** @description From the page before. */
        Cursor: components["schemas"]["Cursor"];
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    change_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: components["schemas"]["PersonName"];
                };
            };
        };
        responses: {
            /** @description The person as changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_folder: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderPage"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryWithPath"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    trash_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is in the trash. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    change_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: components["schemas"]["EntryName"];
                    parent?: components["schemas"]["Id"];
                    /**
                     * @default fail
                     * @enum {string}
                     */
                    conflict?: "fail" | "rename";
                };
            };
        };
        responses: {
            /** @description The entry as changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    resolve_path: {
        parameters: {
            query?: {
                /** @description Names joined by "/"; empty means the root. */
                path?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    create_folder: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    parent: components["schemas"]["Id"];
                    /** @description One name, or names joined by "/". */
                    path: string;
                    /** @default false */
                    exclusive?: boolean;
                };
            };
        };
        responses: {
            /** @description It was there already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description It is new. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    copy_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    parent: components["schemas"]["Id"];
                    name?: components["schemas"]["EntryName"];
                    /**
                     * @default fail
                     * @enum {string}
                     */
                    conflict?: "fail" | "rename";
                };
            };
        };
        responses: {
            /** @description The copy. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    create_download: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entry: components["schemas"]["Id"];
                    /**
                     * @description To be shown rather than saved, where the type is one that may be.
                     * @default false
                     */
                    inline?: boolean;
                };
            };
        };
        responses: {
            /** @description The address. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Download"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            303: components["responses"]["SeeOther"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_trash: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: components["schemas"]["Entry"][];
                        cursor?: components["schemas"]["Cursor"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    empty_trash: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The trash is empty; the space comes back. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    purge_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone; the space comes back. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    restore_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_uploads: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        uploads: components["schemas"]["Upload"][];
                        cursor?: components["schemas"]["Cursor"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    create_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeated call with this key gives the same answer within 24 hours. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    files: components["schemas"]["NewFile"][];
                };
            };
        };
        responses: {
            /** @description The uploads, in the order asked. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        uploads: components["schemas"]["NewUpload"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_upload: {
        parameters: {
            query?: {
                /** @description Parts behind this number, as `next` of the page before says. */
                after?: number;
            };
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadState"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    abort_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    sign_parts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    parts: {
                        number: components["schemas"]["PartNumber"];
                        length: components["schemas"]["Size"];
                        /** @description Base64, of the upload's algorithm. */
                        checksum?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description The requests, in the order asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        parts: {
                            number: components["schemas"]["PartNumber"];
                            request: components["schemas"]["SignedRequest"];
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    sign_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    checksum?: components["schemas"]["Checksum"];
                };
            };
        };
        responses: {
            /** @description The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        put: components["schemas"]["SignedRequest"];
                    };
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    complete_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UploadId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    checksum?: components["schemas"]["Checksum"];
                    parts?: components["schemas"]["SentPart"][];
                };
            };
        };
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    complete_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    uploads: {
                        id: components["schemas"]["Id"];
                        checksum?: components["schemas"]["Checksum"];
                        parts?: components["schemas"]["SentPart"][];
                    }[];
                };
            };
        };
        responses: {
            /** @description The results, in the order asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: {
                            id: components["schemas"]["Id"];
                            entry?: components["schemas"]["Entry"];
                            problem?: components["schemas"]["Problem"];
                        }[];
                    };
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    put_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["EntryName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send the bytes there. */
            307: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_links: {
        parameters: {
            query?: {
                limit?: components["parameters"]["Limit"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        links: components["schemas"]["Link"][];
                        cursor?: components["schemas"]["Cursor"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    create_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLink"];
            };
        };
        responses: {
            /** @description The link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_entry_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["EntryId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The links. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        links: components["schemas"]["Link"][];
                    };
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["LinkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    revoke_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["LinkId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It opens nothing any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    change_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["LinkId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expires?: string | null;
                    password?: string | null;
                    max_downloads?: number | null;
                };
            };
        };
        responses: {
            /** @description The link as changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    open_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it opens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedLink"];
                };
            };
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    unlock_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            /** @description The ticket, for the header Satchel-Link-Ticket. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ticket: string;
                        expires: components["schemas"]["Time"];
                    };
                };
            };
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_link_folder: {
        parameters: {
            query?: {
                /** @description A folder within the link's; absent means the link's own. */
                folder?: components["schemas"]["Id"];
                /** @description From a download of a limited link that it has spent, to list on for the files that follow. */
                lease?: string;
                limit?: components["parameters"]["Limit"];
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderPage"];
                };
            };
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    download_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entry?: components["schemas"]["Id"];
                    /** @default false */
                    inline?: boolean;
                    lease?: string;
                };
            };
        };
        responses: {
            /** @description The address. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkDownload"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    link_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            303: components["responses"]["SeeOther"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    link_file_post: {
        parameters: {
            query?: never;
            header?: {
                /** @description From unlock_link, for a link with a password. */
                "Satchel-Link-Ticket"?: components["parameters"]["LinkTicket"];
            };
            path: {
                token: components["parameters"]["LinkToken"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            303: components["responses"]["SeeOther"];
            401: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, the newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tokens: components["schemas"]["Token"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @description Absent means all but `account`. */
                    scopes?: components["schemas"]["Scope"][];
                    /**
                     * Format: date-time
                     * @description At most 366 days ahead; absent means 90 days.
                     */
                    expires?: string;
                };
            };
        };
        responses: {
            /** @description The token with its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"] & {
                        token: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    delete_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["schemas"]["KeyedId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It opens nothing any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description From the page before. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        users: components["schemas"]["User"][];
                        cursor?: components["schemas"]["Cursor"];
                    };
                };
            };
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    invite_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: components["schemas"]["Email"];
                    name?: components["schemas"]["PersonName"];
                    role?: components["schemas"]["Role"];
                };
            };
        };
        responses: {
            /** @description The person and the way in. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        user: components["schemas"]["User"];
                        invitation: components["schemas"]["Invitation"];
                    };
                };
            };
            400: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    role?: components["schemas"]["Role"];
                    disabled?: boolean;
                    limit?: components["schemas"]["Size"];
                };
            };
        };
        responses: {
            /** @description The person as changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    reset_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    change_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    self_signup?: boolean;
                };
            };
        };
        responses: {
            /** @description The settings as changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderSettings"];
                };
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    openid_configuration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider's metadata. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: Record<string, never>[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    authorize: {
        parameters: {
            query: {
                response_type: "code";
                client_id: string;
                redirect_uri: string;
                code_challenge: string;
                code_challenge_method: "S256";
                scope?: string;
                state?: string;
                nonce?: string;
                prompt?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the client with a code, or to the sign-in page. */
            302: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @enum {string} */
                    grant_type: "authorization_code" | "refresh_token";
                    client_id: string;
                    code?: string;
                    code_verifier?: string;
                    /** Format: uri */
                    redirect_uri?: string;
                    refresh_token?: string;
                    scope?: string;
                };
            };
        };
        responses: {
            /** @description The tokens. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        access_token: string;
                        /** @constant */
                        token_type: "Bearer";
                        expires_in: number;
                        refresh_token?: string;
                        id_token?: string;
                        scope?: string;
                    };
                };
            };
            400: components["responses"]["OAuthError"];
            default: components["responses"]["OAuthError"];
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    token: string;
                    token_type_hint?: string;
                    client_id?: string;
                };
            };
        };
        responses: {
            /** @description It opens nothing any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["OAuthError"];
        };
    };
    userinfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The claims. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sub: string;
                        name?: string;
                        email?: string;
                        email_verified?: boolean;
                    };
                };
            };
            401: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    logout: {
        parameters: {
            query?: {
                id_token_hint?: string;
                client_id?: string;
                post_logout_redirect_uri?: string;
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the client or to the front page. */
            302: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": {
                    id_token_hint?: string;
                    client_id?: string;
                    /** Format: uri */
                    post_logout_redirect_uri?: string;
                    state?: string;
                };
            };
        };
        responses: {
            /** @description To the client or to the front page. */
            302: {
                headers: {
                    Location: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    password: string;
                };
            };
        };
        responses: {
            200: components["responses"]["SignedIn"];
            401: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the set-up link works. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        open: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                    email: components["schemas"]["Email"];
                    name: components["schemas"]["PersonName"];
                    password: components["schemas"]["NewPassword"];
                };
            };
        };
        responses: {
            200: components["responses"]["SignedIn"];
            400: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                    name?: components["schemas"]["PersonName"];
                    password: components["schemas"]["NewPassword"];
                };
            };
        };
        responses: {
            200: components["responses"]["SignedIn"];
            400: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    check_invitation: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description The person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        email: string;
                        name: string;
                        /** @enum {string} */
                        kind: "invitation" | "reset";
                    };
                };
            };
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                    password: components["schemas"]["NewPassword"];
                };
            };
        };
        responses: {
            /** @description The new password works; what was signed in before is signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    request_reset: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                };
            };
        };
        responses: {
            /** @description If there is such an account, a mail is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    sign_up: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: components["schemas"]["Email"];
                    name: components["schemas"]["PersonName"];
                    password: components["schemas"]["NewPassword"];
                };
            };
        };
        responses: {
            /** @description A mail with a link to confirm the address is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    old: string;
                    new: components["schemas"]["NewPassword"];
                };
            };
        };
        responses: {
            /** @description The new password works. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions, the newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions: components["schemas"]["Session"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    end_all_sessions: {
        parameters: {
            query?: never;
            header: {
                /** @description Always "1". Shows that a page of ours asks (CSRF). */
                "Satchel-Request": components["parameters"]["SatchelRequest"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All have ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The configuration. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        issuer: string;
                        /** @description Of the page. */
                        client_id: string;
                        /** @description Of the command line. */
                        cli_client_id: string;
                        /**
                         * Format: uri
                         * @description Where the issuer sends the command line back to, if not to any port.
                         */
                        cli_callback?: string;
                        /** @description What to ask the issuer for. */
                        scope: string;
                        /**
                         * Format: uri
                         * @description What to ask for a token for (RFC 8707), where the issuer is another.
                         */
                        resource?: string;
                        /**
                         * @description Where people's accounts are kept: other than `here`, nothing answers under /auth; in a `directory` administrators invite people here, at an `issuer` only there.
                         * @enum {string}
                         */
                        accounts: "here" | "directory" | "issuer";
                        /** @constant */
                        api: "/api/v1";
                        version: string;
                        self_signup: boolean;
                        /** @description Whether the server can send mail. */
                        mail: boolean;
                        /** Format: uri */
                        content_url?: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            503: components["responses"]["Problem"];
            default: components["responses"]["Problem"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counters. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
