using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Fuzzing.Targets;

/// <summary>
/// Continuation tokens: any string, and tokens with forged content, of which everybody can compute the checksum. Each is refused, or yields a page of the
/// store and the query.
/// </summary>
/// <remarks>The first byte of an input selects the call, and whether the rest is the token or the content of a forged one.</remarks>
internal sealed class TokenTarget : IFuzzTarget
{
    // The layout of a token without keys, as ContinuationTokens writes it.
    private const int ChecksumAt = 1;
    private const int FingerprintAt = 9;
    private const int ContentAt = 17;

    private const string Secret = "s3cret";
    private const int Users = 6;

    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PageCall[] _calls;
    private readonly InMemoryUserStore _plain;
    private readonly InMemoryUserStore _encrypted;
    private readonly QueryWire _wire = new();
    private readonly DynamoDbUserStore<User> _server;
    private readonly string[] _tokens;

    public TokenTarget()
    {
        var clock = new FakeClock(Start);
        var options = new InMemoryUserStoreOptions { TimeProvider = clock };
        _plain = new InMemoryUserStore(options);
        var encrypted = new InMemoryUserStoreOptions { TimeProvider = clock };
        encrypted.TokenKeys.Add([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        _encrypted = new InMemoryUserStore(encrypted);
        foreach (InMemoryUserStore store in new[] { _plain, _encrypted })
        {
            for (int i = 0; i < Users; i++)
            {
                User user = new() { UserId = $"{Secret}-{i}", Name = "Fake", Email = $"{Secret}.{i}@example.test", Status = UserStatus.Active };
                store.CreateAsync(user).GetAwaiter().GetResult();
            }
        }

        _server = new DynamoDbUserStore<User>(_wire.CreateClient(), new UserStoreOptions(), clock);
        _calls = PageCall.All(clock);
        _tokens = [.. _calls.Select(call => call.ReadAsync(_plain, null).GetAwaiter().GetResult().ContinuationToken!)];
        Seeds = [.. SeedsOf()];
    }

    public IReadOnlyList<byte[]> Seeds { get; }

    public IReadOnlyList<string> Words { get; } =
    [
        "~0", "~1", "~2", "~3", "28:2030-01-01T00:00:00.0000000Z", "1:5", "{\"user_id\":{\"S\":\"", "\"status\":{\"S\":\"active\"}",
        "\"created_at\":{\"S\":\"2030-01-01T00:00:00.0000000Z\"}", "\"email\":{\"S\":\"", "active", "pending", "U", "R", "AAAA", "-", "_", "=", Secret,
    ];

    public int MinBranches => 500;

    public long MaxBytes(int length) => (1024 * 1024) + (length * 1024L);

    public string? Run(byte[] input)
    {
        if (input.Length == 0)
            return null;
        int choice = input[0];
        PageCall call = _calls[choice % _calls.Length];
        byte[] rest = input[1..];
        string token = (choice / _calls.Length % 3) == 0 ? Encoding.Latin1.GetString(rest) : Forged(choice % _calls.Length, rest);
        return (choice / _calls.Length % 3) switch
        {
            0 => Read(call, _plain, token) ?? Read(call, _encrypted, token),
            1 => Read(call, _plain, token) ?? Read(call, _encrypted, token),
            _ => ReadFromServer(call, token),
        };
    }

    private static string? Read(PageCall call, InMemoryUserStore store, string token)
    {
        try
        {
            UserPage<User> page = call.ReadAsync(store, token).GetAwaiter().GetResult();
            return page.Users.Count <= Users && page.Users.All(user => user.UserId.StartsWith(Secret, StringComparison.Ordinal) && call.Includes(user))
                ? null
                : "The page has other users than those of the query.";
        }
        catch (InvalidContinuationTokenException refused)
        {
            return ProblemOf(refused);
        }
    }

    private string? ReadFromServer(PageCall call, string token)
    {
        _wire.LastRequest = null;
        try
        {
            call.ReadAsync(_server, token).GetAwaiter().GetResult();
            return _wire.ProblemOfLastRequest(call);
        }
        catch (InvalidContinuationTokenException refused)
        {
            return ProblemOf(refused) ?? (_wire.LastRequest is null ? null : "A token was refused after a request.");
        }
    }

    // The reason is the library's, so that it is the same for every user.
    private static string? ProblemOf(InvalidContinuationTokenException refused)
    {
        for (Exception? failure = refused; failure is not null; failure = failure.InnerException)
        {
            if (failure.Message.Contains(Secret, StringComparison.Ordinal))
                return $"The message contains a value: {failure.Message}";
        }

        return null;
    }

    private string Forged(int call, byte[] content)
    {
        byte[] valid = Base64Url.DecodeFromChars(_tokens[call]);
        byte[] token = [.. valid[..ContentAt], .. content];
        SHA256.HashData(token.AsSpan(FingerprintAt))[..(FingerprintAt - ChecksumAt)].CopyTo(token, ChecksumAt);
        return Base64Url.EncodeToString(token);
    }

    private IEnumerable<byte[]> SeedsOf()
    {
        for (int call = 0; call < _calls.Length; call++)
        {
            yield return [(byte)call, .. Encoding.ASCII.GetBytes(_tokens[call])];
            yield return [(byte)call, .. Encoding.ASCII.GetBytes(_calls[call].ReadAsync(_encrypted, null).GetAwaiter().GetResult().ContinuationToken!)];
            yield return [(byte)(_calls.Length + call), .. Base64Url.DecodeFromChars(_tokens[call])[ContentAt..]];
            yield return [(byte)((2 * _calls.Length) + call), 0xFF, 0xFF, 0xFF, 0xFF, .. Encoding.UTF8.GetBytes(_calls[call].ServerPosition)];
        }
    }
}
