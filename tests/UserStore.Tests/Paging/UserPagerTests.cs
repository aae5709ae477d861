using UserStore.Paging;

namespace UserStore.Tests.Paging;

/// <summary>Pages over three users, two of them on the first page together with an item that cannot be read.</summary>
public sealed class UserPagerTests
{
    private static readonly UnreadableUser Unreadable = new("fake-3", "age", "is stored as something else than a number");
    private static readonly string[] Ids = ["fake-1", "fake-2", "fake-4"];

    [Fact]
    public async Task A_page_reports_the_items_that_cannot_be_read()
    {
        UserPage<User> first = await new Pager().ReadPageAsync(null, CancellationToken.None);
        UserPage<User> second = await new Pager().ReadPageAsync(first.ContinuationToken, CancellationToken.None);

        first.Unreadable.Should().Equal(Unreadable);
        second.Unreadable.Should().BeEmpty();
        first.Users.Concat(second.Users).Select(user => user.UserId).Should().Equal(Ids);
    }

    [Fact]
    public async Task A_page_of_a_segment_reports_the_items_that_cannot_be_read()
    {
        List<UserSegmentPage<User>> pages = await ParallelListing.ReadAsync(
            new UserListOptions { TotalSegments = 2 }, _ => new Pager(), CancellationToken.None).ToListAsync();

        pages.Should().HaveCount(4);
        foreach (UserSegmentPage<User> page in pages)
            page.Unreadable.Should().Equal(page.ContinuationToken is null ? [] : [Unreadable]);
    }

    private sealed class Pager() : UserPager<User>(new ContinuationTokens([]), () => ContinuationTokens.FingerprintOf("query"), limit: null)
    {
        protected override Task<ReadPage<User>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
            => Task.FromResult(position is null
                ? new ReadPage<User>([new User { UserId = Ids[0] }, new User { UserId = Ids[1] }], "fake-3", [Unreadable])
                : new ReadPage<User>([new User { UserId = Ids[2] }], null, []));
    }
}
