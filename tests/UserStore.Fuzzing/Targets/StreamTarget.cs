using System.Text;
using System.Text.RegularExpressions;
using UserStore.Replication;

namespace UserStore.Fuzzing.Targets;

/// <summary>
/// Stream events as Lambda delivers them. An event is refused as a whole or read record by record; each record is a change of the user with its key, an item of
/// another kind, or reported with the reason.
/// </summary>
internal sealed partial class StreamTarget : IFuzzTarget
{
    // A value that no message may contain.
    private const string Secret = "s3cret";

    private const string Arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/Users/stream/2030-01-01T00:00:00.000";

    private const string Image = """
        {"user_id":{"S":"fake-1"},"name":{"S":"s3cret"},"email":{"S":"s3cret@example.test"},"status":{"S":"active"},"version":{"N":"2"},
        "age":{"N":"42"},"tags":{"L":[{"S":"s3cret"}]},"created_at":{"S":"2030-01-01T00:00:00.0000000Z"},
        "updated_at":{"S":"2030-01-01T00:00:00.0000000Z"},"write_id":{"S":"~0Hs8Kc1QxBBBBBBBB"}}
        """;

    private readonly UserChangeReader<User>[] _readers =
    [
        new(new UserStoreOptions { Mapping = UserMapping.Generated }), new(new UserStoreOptions { Mapping = UserMapping.Context }),
    ];

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Event(Record("INSERT", $"\"NewImage\":{Image}")),
        Event(
            Record("MODIFY", $"\"OldImage\":{Image},\"NewImage\":{Image},\"StreamViewType\":\"NEW_AND_OLD_IMAGES\""),
            Record("REMOVE", $"\"OldImage\":{Image}")),
        Event(Record("REMOVE", $"\"OldImage\":{Image}") is var removed
            ? removed.Insert(1, "\"userIdentity\":{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"},")
            : ""),
        Event(Record("INSERT", "\"NewImage\":{\"user_id\":{\"S\":\"fake-1\"},\"other\":{\"B\":\"AQI=\"}}")),
        "{\"Records\":[]}"u8.ToArray(),
    ];

    public IReadOnlyList<string> Words { get; } =
    [
        "\"Records\":", "\"dynamodb\":", "\"Keys\":", "\"NewImage\":", "\"OldImage\":", "\"eventName\":", "\"INSERT\"", "\"MODIFY\"", "\"REMOVE\"",
        "\"SequenceNumber\":", "\"ApproximateCreationDateTime\":1e300", "\"ApproximateCreationDateTime\":-1e18", "\"user_id\":{\"S\":\"fake-2\"}",
        "\"version\":{\"N\":\"1e130\"}", "\"age\":{\"N\":\"9999999999\"}", "\"status\":{\"S\":\"s3cret\"}", "\"created_at\":{\"S\":\"s3cret\"}",
        "\\ud800", "\\u0000", "\ufeff", ",", "{},",
    ];

    public int MinBranches => 500;

    // A record that cannot be read costs an exception with a reason, however short it is.
    public long MaxBytes(int length) => (1024 * 1024) + (length * 8 * 1024L);

    public string? Run(byte[] input) => _readers.Select(reader => Run(reader, input)).FirstOrDefault(problem => problem is not null);

    private static string? Run(UserChangeReader<User> reader, byte[] input)
    {
        try
        {
            using var stream = new MemoryStream(input);
            return reader.ReadEventAsync(stream).GetAwaiter().GetResult().Select(ProblemOf).FirstOrDefault(problem => problem is not null);
        }
        catch (InvalidUserChangeException refused)
        {
            return Leak(refused);
        }
    }

    private static string? ProblemOf(UserChangeRecord<User> record)
    {
        if (record.Problem is { } problem)
            return record.Change is null ? Leak(problem) : "A change has a problem.";
        if (record.Change is not { } change)
            return record.SequenceNumber is null ? "A record without a sequence number has no problem." : null;
        if (change.Key != record.Key || change.SequenceNumber != record.SequenceNumber)
            return "A change has another key or sequence number than its record.";
        if (new[] { change.OldUser, change.NewUser }.Any(user => user is not null && user.UserId != change.Key.ToString()))
            return "A change has another user than its key says.";
        return (change.Kind, change.OldUser is null, change.NewUser is null) switch
        {
            (UserChangeKind.Inserted, true, false) or (UserChangeKind.Modified, false, false) or (UserChangeKind.Removed, false, true) => null,
            _ => $"A change is {change.Kind} and has other users.",
        };
    }

    // Inner exceptions count, since they are logged as well. Only the key of a user may be named.
    private static string? Leak(Exception refused)
    {
        for (Exception? failure = refused; failure is not null; failure = failure.InnerException)
        {
            if (NamedUser().Replace(failure.Message, "").Contains(Secret, StringComparison.Ordinal))
                return $"The message contains a value: {failure.Message}";
        }

        return null;
    }

    [GeneratedRegex("user '.*?'", RegexOptions.Singleline)]
    private static partial Regex NamedUser();

    private static string Record(string name, string images)
        => $"{{\"eventID\":\"1\",\"eventName\":\"{name}\",\"eventSourceARN\":\"{Arn}\",\"dynamodb\":{{\"ApproximateCreationDateTime\":1893456000.5,"
            + $"\"Keys\":{{\"user_id\":{{\"S\":\"fake-1\"}}}},{images},\"SequenceNumber\":\"4421584500000000017450439091\"}}}}";

    private static byte[] Event(params string[] records) => Encoding.UTF8.GetBytes($"{{\"Records\":[{string.Join(',', records)}]}}");
}
