import pytest

from ecs_steps.octostache import Evaluated, OctostacheError, evaluate

ABC_MD5 = "900150983cd24fb0d6963f7d28e17f72"


@pytest.mark.parametrize(
    ("value", "chain", "expected"),
    [
        ("Bar", "ToBase64", "QmFy"),
        ("Foo Bar", "tobase64", "Rm9vIEJhcg=="),
        ("", "ToBase64", ""),
        ("é", "ToBase64", "w6k="),
        ("é", "ToBase64 utf8", "w6k="),
        ("é", "ToBase64 UTF-8", "w6k="),
        ("é", "ToBase64 unicode", "6QA="),
        ("\ud800", "ToBase64", "77+9"),
        ("QmFy", "FromBase64", "Bar"),
        ("Qm Fy\r\n", "FromBase64", "Bar"),
        ("6QA=", "FromBase64 Unicode", "é"),
        ("/w==", "FromBase64", "\ufffd"),
        ("", "FromBase64", ""),
        ("Bar", "ToBase64 | FromBase64", "Bar"),
        ("abc", "Md5", ABC_MD5),
        ("", "Md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("abc", "MD5 4", ABC_MD5[:8]),
        ("abc", "Md5 800", ABC_MD5),
        ("abc", "Md5 utf8", ABC_MD5),
        ("abc", "Md5 UTF-8 2", ABC_MD5[:4]),
        ("abc", "Md5 2 utf8", ABC_MD5[:4]),
        ("abc", "Md5 unicode", "ce1473cf80c6b3fda8e3dfc006adc315"),
        ("YWJj", "Md5 base64", ABC_MD5),
        ("abc", "Sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abc", "Sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abc",
            "Sha384",
            (
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                "8086072ba1e7cc2358baeca134c825a7"
            ),
        ),
        (
            "abc",
            "Sha512",
            (
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ),
        ("abc", "Sha512 3", "ddaf35"),
        ("abc", "HashBucket 8", "7"),
        ("abc", "HashBucket 10", "9"),
        ("abc", "HashBucket 1", "0"),
        ("abc", "HashBucket 1000 | Prepend pool-", "pool-319"),
        ("", "HashBucket 8", ""),
    ],
)
def test_a_text_is_converted(value: str, chain: str, expected: str) -> None:
    assert evaluate(f"#{{V | {chain}}}", {"V": value}) == Evaluated(expected)


@pytest.mark.parametrize(
    "chain",
    [
        "ToBase64 latin1",
        "ToBase64 utf8 utf8",
        "FromBase64 latin1",
        "FromBase64 utf8 x",
        *(
            f"{name} {options}"
            for name in ("Md5", "Sha1", "Sha256", "Sha384", "Sha512")
            for options in (
                "-1",
                "0",
                "bar",
                "utf8 0",
                "0 utf8",
                "12 13",
                "utf8 unicode",
                "12 utf8 x",
                "base64",
            )
        ),
    ],
)
def test_a_conversion_without_an_answer_leaves_its_token(chain: str) -> None:
    token = f"#{{V | {chain}}}"

    assert evaluate(token, {"V": "ab"}) == Evaluated(token, (token,))


@pytest.mark.parametrize("chain", ["ToBase64", "FromBase64", "Md5", "Sha1", "Sha256", "Sha384", "Sha512"])
def test_a_conversion_needs_a_value(chain: str) -> None:
    token = f"#{{Missing | {chain}}}"

    assert evaluate(token, {}) == Evaluated(token, (token,))


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("#{Secret | FromBase64}", "FromBase64: the text is not Base64"),
        ("#{Secret | HashBucket}", "HashBucket: the number of buckets is not one positive whole number"),
        ("#{Secret | HashBucket 0}", "HashBucket: the number of buckets is not one positive whole number"),
        ("#{Secret | HashBucket many}", "HashBucket: the number of buckets is not one positive whole number"),
        ("#{Secret | HashBucket 1 2}", "HashBucket: the number of buckets is not one positive whole number"),
    ],
)
def test_a_conversion_that_octopus_fails_on_is_an_error(token: str, message: str) -> None:
    with pytest.raises(OctostacheError) as caught:
        evaluate(token, {"Secret": "not base64!"})

    assert str(caught.value) == f"{token}: {message}"
