using UserStore.DynamoDb.Encryption;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Encryption;

public sealed class DataKeyCacheTests
{
    private readonly FakeClock _clock = new();
    private readonly UserPrivacyOptions _options = new() { DataKeyCacheSize = 2 };

    [Fact]
    public void A_key_that_is_dropped_while_another_one_is_read_is_not_added()
    {
        var cache = new DataKeyCache(_options, _clock);
        (long readAt, long drops) = (_clock.GetTimestamp(), cache.Drops);

        cache.Drop("a");
        cache.Add("a", NewKey(1), readAt, drops);

        cache.Find("a").Should().BeNull();
        cache.Add("a", NewKey(2), readAt, cache.Drops);
        cache.Find("a")!.Bytes[0].Should().Be(2);
    }

    [Fact]
    public void The_duration_counts_from_the_read_and_is_not_extended_by_use()
    {
        var cache = new DataKeyCache(_options, _clock);
        long readAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMinutes(2));
        cache.Add("a", NewKey(1), readAt, cache.Drops);

        _clock.Advance(TimeSpan.FromMinutes(2.9));
        cache.Find("a").Should().NotBeNull();
        _clock.Advance(TimeSpan.FromMinutes(0.1));
        cache.Find("a").Should().BeNull();
    }

    [Fact]
    public void The_number_of_keys_is_limited()
    {
        var cache = new DataKeyCache(_options, _clock);
        foreach (string id in new[] { "a", "b" })
            cache.Add(id, NewKey(1), _clock.GetTimestamp(), cache.Drops);
        cache.Find("a");

        cache.Add("c", NewKey(1), _clock.GetTimestamp(), cache.Drops);
        cache.Add("c", NewKey(2), _clock.GetTimestamp(), cache.Drops);

        new[] { "a", "b", "c" }.Select(id => cache.Find(id) is not null).Should().Equal(true, false, true);
        cache.Find("c")!.Bytes[0].Should().Be(2);
    }

    [Fact]
    public void Stores_with_the_same_options_share_their_keys()
    {
        DataKeyCache.Of(_options, _clock).Add("a", NewKey(1), _clock.GetTimestamp(), 0);

        DataKeyCache.Of(_options, _clock).Find("a").Should().NotBeNull();
        DataKeyCache.Of(new UserPrivacyOptions(), _clock).Find("a").Should().BeNull();
    }

    private static DataKey NewKey(byte value) => new([.. Enumerable.Repeat(value, 32)], [value]);
}
