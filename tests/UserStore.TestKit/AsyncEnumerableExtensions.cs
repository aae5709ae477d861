namespace UserStore.TestKit;

public static class AsyncEnumerableExtensions
{
    /// <summary>Reads all elements of a sequence.</summary>
    public static async Task<List<T>> ReadAllAsync<T>(this IAsyncEnumerable<T> sequence) => await sequence.ToListAsync();
}
