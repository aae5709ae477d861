namespace UserStore.TestKit;

/// <summary>How much the tests do whose rule holds for any amount: little in every run, all of it where <c>USERSTORE_FULL_VOLUME</c> is
/// 1, as <c>.ci/run</c> sets it for the tests of the category <see cref="Category"/>.</summary>
internal static class TestVolume
{
    /// <summary>The category of these tests, to filter by.</summary>
    public const string Category = "Volume";

    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("USERSTORE_FULL_VOLUME") == "1";

    /// <summary>Returns the amount of this run.</summary>
    public static int Of(int full, int usual) => IsFull ? full : usual;
}
