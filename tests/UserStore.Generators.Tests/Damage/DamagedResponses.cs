using System.Diagnostics;
using System.Text;
using Amazon.DynamoDBv2.Model;
using FsCheck;
using FsCheck.Fluent;
using UserStore.DynamoDb.Sending;
using UserStore.Generators.Tests.Equivalence;
using UserStore.TestKit;
using Xunit.Abstractions;

namespace UserStore.Generators.Tests.Damage;

/// <summary>A damaged response is refused, or read as the SDK and its context read it: there is never another user.</summary>
/// <remarks>A failed run reports the shortest damage and the seed; <c>USERSTORE_SEED</c> repeats the run.</remarks>
[Trait("Category", TestVolume.Category)]
public abstract class DamagedResponses<TUser>(ITestOutputHelper output, int cases)
    where TUser : class
{
    private const int MaxItems = 4;
    private const int Bodies = 5; // of each kind
    private const int BytesOfCall = 64 * 1024; // allocated by any response
    private const int BytesOfByte = 64; // allocated for a byte of a response: an attribute of the SDK has 150 bytes or more

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);
    private static readonly int Times = TestVolume.Of(full: 15, usual: 1);

    private readonly int _cases = cases * Times;
    private readonly int _positions = cases * Times / 10;
    private readonly ResponseReaders<TUser> _readers = new();
    private (int Equal, int Refused) _counts;

    private static int Seed => TestSeed.Value.GetHashCode();

    [Fact]
    public void Random_damage_never_gives_another_user()
    {
        Dictionary<ResponseKind, byte[][]> bodies = Enum.GetValues<ResponseKind>().ToDictionary(kind => kind, kind => BodiesOf(kind, Bodies));
        Gen<(ResponseKind, int, ResponseDamage[])> cases =
            from kind in Gen.Elements(Enum.GetValues<ResponseKind>())
            from body in Gen.Choose(0, Bodies - 1)
            from damages in ResponseDamage.Several
            select (kind, body, damages);
        Arbitrary<(ResponseKind Kind, int Body, ResponseDamage[] Damages)> arbitrary = Arb.From(
            cases, one => Shorter(one.Item3).Select(fewer => (one.Item1, one.Item2, fewer)));
        Config config = Config.QuickThrowOnFailure.WithMaxTest(_cases).WithQuietOnSuccess(true).WithReplay(TestSeed.Value, gamma: 1);

        Prop.ForAll(arbitrary, one =>
        {
            Check(one.Kind, one.Damages.Aggregate(bodies[one.Kind][one.Body], (body, damage) => damage.Apply(body)));
        }).Check(config);

        output.WriteLine($"USERSTORE_SEED={TestSeed.Value}: {_counts}");
        _counts.Equal.Should().BeGreaterThan(_cases / 20, "damage that leaves valid JSON is the interesting one");
        _counts.Refused.Should().BeGreaterThan(_cases / 4);
    }

    [Theory]
    [ClassData(typeof(ResponseKinds))]
    public void A_truncated_response_gives_no_user(ResponseKind kind)
    {
        byte[] body = BodiesOf(kind, 1)[0];
        foreach (int length in PositionsIn(body.Length))
        {
            // An error without a body is one without a user.
            if (Check(kind, body[..length]) is { Failure: null } read && (kind != ResponseKind.Refusal || read.Users.Count > 0))
                Assert.Fail($"{length} of {body.Length} bytes are enough: {kind} {Encoding.UTF8.GetString(body)} (seed {TestSeed.Value})");
        }
    }

    [Theory]
    [ClassData(typeof(ResponseKinds))]
    public void No_inverted_bit_gives_another_user(ResponseKind kind)
    {
        byte[] body = BodiesOf(kind, 1)[0];
        foreach (int bit in PositionsIn(body.Length * 8))
        {
            body[bit / 8] ^= (byte)(1 << (bit % 8));
            Check(kind, body);
            body[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    // All, or so many of them at random.
    private IEnumerable<int> PositionsIn(int count)
    {
        Random random = TestSeed.NewRandom();
        return count <= _positions ? Enumerable.Range(0, count) : Enumerable.Range(0, _positions).Select(_ => random.Next(count));
    }

    private static IEnumerable<ResponseDamage[]> Shorter(ResponseDamage[] damages)
        => damages.Length == 1 ? [] : Enumerable.Range(0, damages.Length).Select(left => damages.Where((_, index) => index != left).ToArray());

    private byte[][] BodiesOf(ResponseKind kind, int count)
    {
        var values = new RandomValues(Seed);
        var bodies = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            var items = new List<Dictionary<string, AttributeValue>>();
            int wanted = values.Random.Next(1, MaxItems);
            while (items.Count < wanted)
            {
                if (_readers.ToItem((TUser)values.Object(typeof(TUser))) is { } item)
                    items.Add(item);
            }

            bodies[i] = ResponseBodies.Of(kind, items);
        }

        return bodies;
    }

    private ReadResponse? Check(ResponseKind kind, byte[] body)
    {
        long started = Stopwatch.GetTimestamp();
        bool isReadToItsEnd = SdkResponse.IsReadToItsEnd(kind, body);
        ReadResponse read = _readers.ByMapping(kind, body);
        long allocated = _readers.AllocatedBytes;
        TimeSpan time = Stopwatch.GetElapsedTime(started);
        ReadResponse? expected = isReadToItsEnd ? _readers.ByContext(kind, body) : null;

        if (Problem(kind, body, read, expected) is { } problem)
            Assert.Fail($"{problem}: {kind} {Encoding.UTF8.GetString(body)} (seed {TestSeed.Value})");
        if (time > MaxTime || allocated > BytesOfCall + (BytesOfByte * (long)body.Length))
            Assert.Fail($"{time} and {allocated} bytes for {body.Length} bytes: {kind} {Encoding.UTF8.GetString(body)} (seed {TestSeed.Value})");
        return read;
    }

    // System.Text.Json quotes the JSON before the position.
    private static bool QuotesResponse(Exception failure)
        => failure.Message.Contains("BytePositionInLine", StringComparison.Ordinal) || (failure.InnerException is { } inner && QuotesResponse(inner));

    private string? Problem(ResponseKind kind, byte[] body, ReadResponse read, ReadResponse? expected)
    {
        if (read.Failure is { } failure)
        {
            _counts.Refused++;
            if (kind == ResponseKind.Refusal && expected?.Failure?.GetType() == failure.GetType())
                return null; // the SDK reads what is in an error
            if (!RequestFailure.HasNoResponse(failure))
                return $"this is not treated as a lost response: {failure}";
            if (QuotesResponse(failure))
                return $"this may quote a value: {failure}";
            return DynamoDbProtocol.IsResponse(kind, body) ? $"a response of DynamoDB is refused: {failure}" : null;
        }

        _counts.Equal++;
        if (kind == ResponseKind.Refusal && expected is null)
            return null; // the SDK reads the part of the error that it knows, to the end
        if (expected is not { Failure: null })
        {
            // The SDK reads also what no user has.
            byte[]? part = Relevant.PartOf(kind, body, _readers.Attributes);
            expected = part is not null && SdkResponse.IsReadToItsEnd(kind, part) ? _readers.ByContext(kind, part) : null;
        }

        return expected is { Failure: null } ? ReadResponse.Difference(expected, read) : $"the SDK refuses what is read: {expected?.Failure?.Message}";
    }
}
