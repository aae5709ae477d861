namespace UserStore.TestKit;

/// <summary>The volume of tests whose rule holds for any volume: small in every run, full when <c>USERSTORE_FULL_VOLUME</c> is
/// 1, as <c>.ci/run</c> sets it for the tests of the category <see cref="Category"/>.</summary>
internal static class TestVolume
{
    /// <summary>The category of these tests, to filter by.</summary>
    public const string Category = "Volume";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("USERSTORE_FULL_VOLUME") == "1";

    /// <summary>Returns the volume of this run.</summary>
    public static int Of(int full, int usual) => IsFull ? full : usual;
}
