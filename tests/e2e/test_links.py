import datetime
import threading

from satchel import Api, eventually, request


def soon(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def public(link, tail="", method="GET", body=None, headers=None):
    base, token = link["url"].split("/s/")
    return Api(base)(method, f"/api/v1/public/links/{token}{tail}", body, headers)


def test_a_password_hides_everything_but_the_question(person):
    link = person.share(person.put("Gehaltsliste.txt", b"x")["id"], password="open sesame")
    answer = public(link)
    assert answer.status == 401 and answer.json["type"] == "link_password"
    for secret in (b"Gehaltsliste", b"person", b"size"):
        assert secret not in answer.body, "A-1: nothing else about the file"
    assert public(link, "/entries").status == 401
    assert public(link, "/downloads", "POST", {}).status == 401
    assert public(link, "/unlock", "POST", {"password": "wrong"}).json["type"] == "wrong_password"
    ticket = public(link, "/unlock", "POST", {"password": "open sesame"}).json["ticket"]
    assert public(link, headers={"Satchel-Link-Ticket": ticket}).json["name"] == "Gehaltsliste.txt"
    person.ok("PATCH", f"/api/v1/links/{link['id']}", {"password": "another one"})
    assert public(link, headers={"Satchel-Link-Ticket": ticket}).status == 401, "A-14: a change voids what was unlocked"


def test_guessing_gets_slow(person):
    link = person.share(person.put("a", b"x")["id"], password="open sesame")
    statuses = [public(link, "/unlock", "POST", {"password": f"guess {n}"}).status for n in range(14)]
    # Ten are heard in a quarter of an hour, however slowly they come; most of them after a wait.
    assert statuses[0] == 401 and set(statuses) == {401, 429} and statuses.count(429) >= 4, statuses


def test_a_folder_link_is_live_and_ends_at_its_folder(person):
    shared = person.folder("shared")
    person.put("inside", b"i", shared)
    outside = person.put("outside", b"o")
    link = person.share(shared)
    assert [entry["name"] for entry in public(link, "/entries").json["entries"]] == ["inside"]
    later = person.put("later", b"l", person.folder("sub", shared))
    assert [entry["name"] for entry in public(link, "/entries").json["entries"]] == ["inside", "sub"]
    assert public(link, "/downloads", "POST", {"entry": later["id"]}).status == 200
    assert public(link, "/downloads", "POST", {"entry": outside["id"]}).status == 404, "A-4: a sibling is out of reach"
    assert public(link, f"/entries?folder={person.root}").status == 404


def test_withdrawing_takes_effect_at_once(person):
    link = person.share(person.put("a", b"x")["id"])
    assert public(link).status == 200
    person.ok("DELETE", f"/api/v1/links/{link['id']}")
    assert public(link).status == 410 and public(link).json["type"] == "link_revoked"
    assert public(link, "/downloads", "POST", {}).status == 410


def test_withdrawing_ends_addresses_that_were_signed_before(person):
    link = person.share(person.put("a", b"x")["id"])
    url = public(link, "/downloads", "POST", {}).json["url"]
    assert request("GET", url).status == 200
    person.ok("DELETE", f"/api/v1/links/{link['id']}")
    assert request("GET", url).status == 403, "A-5"


def test_expiry_is_exact(person):
    link = person.share(person.put("a", b"x")["id"], expires=soon(1.5))
    assert public(link).status == 200
    gone = eventually(lambda: (lambda answer: answer if answer.status == 410 else None)(public(link)), 5)
    assert gone and gone.json["type"] == "link_expired"


def test_at_most_n_downloads_of_2n_at_once(person):
    link = person.share(person.put("a", b"x" * 1000)["id"], max_downloads=3)
    whole = []

    def press():
        answer = public(link, "/downloads", "POST", {})
        if answer.status == 200 and len(request("GET", answer.json["url"]).body) == 1000:
            whole.append(1)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(whole) == 3, "A-15"
    assert eventually(lambda: public(link).status == 410)


def test_looking_spends_nothing(person):
    link = person.share(person.put("a", b"x")["id"], max_downloads=1)
    for _ in range(3):
        assert public(link).status == 200
        assert request("GET", link["url"]).status == 200, "A-19: a preview's GET of the page"
        assert request("HEAD", link["url"] + "/file").status == 405
    assert public(link, "/downloads", "POST", {}).status == 200


def test_the_trash_closes_links(person):
    entry = person.put("a", b"x")
    link = person.share(entry["id"])
    person.ok("DELETE", f"/api/v1/entries/{entry['id']}")
    assert public(link).status in (404, 410)
    person.ok("POST", f"/api/v1/entries/{entry['id']}/restore")
    assert public(link).status == 200


def test_nobody_else_sees_or_changes_my_links(person, admin):
    link = person.share(person.put("a", b"x")["id"])
    for method, body in (("GET", None), ("PATCH", {"password": None}), ("DELETE", None)):
        assert admin(method, f"/api/v1/links/{link['id']}", body).status == 404, method
    assert public(link).status == 200
