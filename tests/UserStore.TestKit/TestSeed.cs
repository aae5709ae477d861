using System.Globalization;

namespace UserStore.TestKit;

/// <summary>The seed of the random tests of this run; <c>USERSTORE_SEED</c> repeats a run.</summary>
internal static class TestSeed
{
    public static ulong Value { get; } =
        ulong.TryParse(Environment.GetEnvironmentVariable("USERSTORE_SEED"), CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : (ulong)Random.Shared.NextInt64();

    /// <summary>Creates a source of random numbers, which are the same for the same seed.</summary>
    public static Random NewRandom() => new(Value.GetHashCode());
}
