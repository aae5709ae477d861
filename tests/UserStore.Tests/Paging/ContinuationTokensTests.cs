using System.Buffers.Text;
using System.Text;
using UserStore.Paging;

namespace UserStore.Tests.Paging;

public sealed class ContinuationTokensTests
{
    private static readonly byte[] Query = ContinuationTokens.FingerprintOf("query");
    private static readonly byte[] First = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Second = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

    private readonly ContinuationToken _token = new("secret-position", 7);

    [Fact]
    public void A_token_round_trips_with_and_without_keys()
    {
        foreach (ContinuationTokens tokens in new[] { With(), With(First), With(First, Second) })
        {
            tokens.Decode(tokens.Encode(_token, Query), Query).Should().Be(_token);
            ContinuationToken unlimited = new("x", null);
            tokens.Decode(tokens.Encode(unlimited, Query), Query).Should().Be(unlimited);
            ContinuationToken last = new("x", 0);
            tokens.Decode(tokens.Encode(last, Query), Query).Should().Be(last);
        }
    }

    [Fact]
    public void A_token_without_a_position_is_rejected_with_and_without_keys()
    {
        foreach (ContinuationTokens tokens in new[] { With(), With(First) })
            ShouldBeRejected(tokens, tokens.Encode(new ContinuationToken("", 7), Query));
    }

    [Fact]
    public void A_store_without_keys_says_that_a_token_is_encrypted()
    {
        Action decode = () => With().Decode(With(First).Encode(_token, Query), Query);

        decode.Should().Throw<InvalidContinuationTokenException>().WithMessage("*is encrypted*UserStoreOptions.TokenKeys*");
    }

    [Fact]
    public void Keys_can_be_rotated_while_tokens_are_in_use()
    {
        string old = With(First).Encode(_token, Query);

        With(Second, First).Decode(old, Query).Should().Be(_token);
        ShouldBeRejected(With(Second), old);
        ShouldBeRejected(With(), old);
        ShouldBeRejected(With(First), With().Encode(_token, Query));
        ShouldBeRejected(With(First), With(Second, First).Encode(_token, Query));
    }

    [Fact]
    public void An_encrypted_token_hides_its_position_and_is_never_the_same_twice()
    {
        string token = With(First).Encode(_token, Query);

        Encoding.Latin1.GetString(Base64Url.DecodeFromChars(token)).Should().NotContain("secret");
        With(First).Encode(_token, Query).Should().NotBe(token);
        Encoding.Latin1.GetString(Base64Url.DecodeFromChars(With().Encode(_token, Query))).Should().Contain("secret", "without keys nothing is hidden");
    }

    [Fact]
    public void An_encrypted_token_cannot_be_cut_altered_or_used_for_another_query()
    {
        ContinuationTokens tokens = With(First);
        string token = tokens.Encode(_token, Query);

        for (int at = 0; at < token.Length; at++)
        {
            ShouldBeRejected(tokens, token[..at]);
            ShouldBeRejected(tokens, token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..]);
        }

        ShouldBeRejected(tokens, token + "AAAA");
        Action other = () => tokens.Decode(token, ContinuationTokens.FingerprintOf("another query"));
        other.Should().Throw<InvalidContinuationTokenException>();
    }

    private static ContinuationTokens With(params byte[][] keys) => new(keys);

    private static void ShouldBeRejected(ContinuationTokens tokens, string token)
    {
        Action decode = () => tokens.Decode(token, Query);
        decode.Should().Throw<InvalidContinuationTokenException>();
    }
}
