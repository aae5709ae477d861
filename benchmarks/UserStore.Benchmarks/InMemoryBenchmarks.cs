using BenchmarkDotNet.Attributes;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Measures the in-memory store with a million users.</summary>
public class InMemoryBenchmarks
{
    private const int Users = 1_000_000;

    private readonly InMemoryUserStore _store = new();
    private readonly UserQuery<User> _newest = new("status-index", "active") { Direction = QueryDirection.Descending, PageSize = 100 };
    private int _next;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        for (int i = 0; i < Users; i++)
            await _store.CreateAsync(new User { UserId = $"fake-{i}", Email = $"fake.{i}@example.test", Name = "Fake" });
    }

    [Benchmark]
    public Task<User?> Find() => _store.FindAsync($"fake-{_next++ % Users}");

    [Benchmark]
    public Task<User> Create() => _store.CreateAsync(new User { Name = "Fake" });

    [Benchmark]
    public Task<UserPage<User>> Query_newest_100_of_a_million() => _store.QueryPageAsync(_newest);
}
