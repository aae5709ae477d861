namespace UserStore.TestKit;

public static class AsyncEnumerableExtensions
{
    /// <summary>Reads a sequence to its end.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this IAsyncEnumerable<T> sequence) => await sequence.ToListAsync();
}
