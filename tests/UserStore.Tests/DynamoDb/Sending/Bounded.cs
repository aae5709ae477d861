namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Ends the process when a call fills the memory, because a call that never returns can neither be cancelled nor be left running.</summary>
internal static class Bounded
{
    private const long MaxBytes = 3L * 1024 * 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(string name, Func<Task> call)
    {
        var task = Task.Run(call);
        long end = Environment.TickCount64 + (long)Timeout.TotalMilliseconds;
        while (await Task.WhenAny(task, Task.Delay(Interval)) != task)
        {
            if (GC.GetTotalMemory(forceFullCollection: false) > MaxBytes || Environment.TickCount64 > end)
                Environment.FailFast($"'{name}' does not end.");
        }

        await task;
    }

    /// <summary>Asserts that no exception of a chain is that of a memory that is full.</summary>
    public static void ShouldNotBeOutOfMemory(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
            failure.Should().NotBeOfType<OutOfMemoryException>();
    }
}
