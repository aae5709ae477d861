using Amazon.DynamoDBv2.Model;
using Functions;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Replication;

/// <summary>The effect of one change on the target.</summary>
public sealed class ReplicatorTests : ReplicationTest
{
    [Fact]
    public async Task A_change_of_a_known_user_is_one_transaction_and_a_changed_key_leaves_no_old_item()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1, "Ohio", "Cleveland"));
        await ReplicateAsync();
        user = await Users.UpdateAsync(user with { Name = "Ada Example" });
        user = await Users.UpdateAsync(user with { City = "Cincinnati" });
        user = await Users.UpdateAsync(user with { State = "New York", City = "Brooklyn" });
        Wire.Clear();

        UserChange<PlacedUser>[] changes = await ReplicateAsync();

        changes.Should().HaveCount(3);
        Sent().Should().Equal(Enumerable.Repeat("TransactWriteItems", 3));
        (await TargetAsync())["fake-1"].Should().ContainSingle().Which["city_user_id"].S.Should().Be("Brooklyn#fake-1");
        await ShouldEqualSourceAsync();

        await Users.DeleteAsync(user.UserId);
        Wire.Clear();
        await ReplicateAsync();
        Sent().Should().Equal("TransactWriteItems");
        (await TargetAsync()).Should().BeEmpty();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_new_user_costs_a_read_of_the_source_and_one_transaction()
    {
        await Users.CreateAsync(NewUser(1));
        await ReplicateAsync();
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        (await ScanAsync(GuardTable)).Single().Should().NotContainKey("read_at", "the source still holds what the change wrote");

        await Users.DeleteAsync("fake-1");
        await ReplicateAsync();
        Wire.Clear();
        await Users.CreateAsync(NewUser(1, city: "Columbus"));
        await ReplicateAsync();
        Sent().Should().Equal("GetItem", "TransactWriteItems");
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task Repeated_and_late_records_change_nothing()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1, "Ohio", "Cleveland"));
        user = await Users.UpdateAsync(user with { City = "Cincinnati" });
        user = await Users.UpdateAsync(user with { City = "Columbus" });
        UserChange<PlacedUser>[] changes = await ReplicateAsync();

        foreach (UserChange<PlacedUser> late in changes.Concat(changes.Reverse()))
            await Replicator.HandleAsync(late);
        await ShouldEqualSourceAsync();

        await Users.DeleteAsync(user.UserId);
        await ReplicateAsync();
        foreach (UserChange<PlacedUser> late in changes.Concat(changes.Reverse()))
            await Replicator.HandleAsync(late);
        (await TargetAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_removed_user_leaves_a_guard_for_a_week_and_can_be_recreated()
    {
        await Users.CreateAsync(NewUser(1));
        await ReplicateAsync();
        (await ScanAsync(GuardTable)).Single().Should().NotContainKey("expires_at");

        await Users.DeleteAsync("fake-1");
        await ReplicateAsync();
        Dictionary<string, AttributeValue> guard = (await ScanAsync(GuardTable)).Single();
        guard["expires_at"].N.Should().Be(Clock.GetUtcNow().AddDays(7).ToUnixTimeSeconds().ToString(null as IFormatProvider));
        guard["sequence_number"].S.Should().HaveLength(40);
        guard.Should().NotContainKey("target_key");

        await Users.CreateAsync(NewUser(1, city: "Columbus"));
        await ReplicateAsync();
        (await ScanAsync(GuardTable)).Single().Should().NotContainKey("expires_at");
        await ShouldEqualSourceAsync();
        TimeToLiveDescription timeToLive = (await Server.Client.DescribeTimeToLiveAsync(GuardTable)).TimeToLiveDescription;
        timeToLive.AttributeName.Should().Be("expires_at");
    }

    [Fact]
    public async Task Two_users_in_one_city_both_have_an_item_and_a_user_without_place_has_none()
    {
        await Users.CreateAsync(NewUser(1));
        await Users.CreateAsync(NewUser(2));
        PlacedUser without = await Users.CreateAsync(NewUser(3) with { City = null });
        await ReplicateAsync();
        (await TargetAsync()).Select(user => user.Key).Should().BeEquivalentTo("fake-1", "fake-2");

        without = await Users.UpdateAsync(without with { City = "Cleveland" });
        await ReplicateAsync();
        (await TargetAsync()).Should().HaveCount(3);

        await Users.UpdateAsync(without with { State = "" });
        await ReplicateAsync();
        (await TargetAsync()).Select(user => user.Key).Should().BeEquivalentTo("fake-1", "fake-2");
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task Changes_by_other_programs_that_do_not_increment_the_version_are_replicated()
    {
        await Users.CreateAsync(NewUser(1));
        await Server.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { ["user_id"] = new("fake-1") },
            UpdateExpression = "SET city = :city",
            ExpressionAttributeValues = new() { [":city"] = new("Columbus") },
        });
        await Server.Client.PutItemAsync(Table, new()
        {
            ["user_id"] = new("foreign-1"),
            ["state"] = new("Ohio"),
            ["city"] = new("Dayton"),
            ["active"] = new() { BOOL = true },
        });

        await ReplicateAsync();

        (await TargetAsync()).Select(user => user.Single()["city"].S).Should().BeEquivalentTo("Columbus", "Dayton");
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_user_that_existed_before_replication_gets_its_item_with_its_first_change()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        await NewRecordsAsync(); // lost
        await Users.UpdateAsync(user with { City = "Columbus" });

        await ReplicateAsync();

        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_lost_response_has_no_effect()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        user = await Users.UpdateAsync(user with { City = "Columbus" });
        await Users.DeleteAsync(user.UserId);
        await Users.CreateAsync(NewUser(1, city: "Dayton"));
        Wire.Every(2, WireFault.LostResponse);

        await ReplicateAsync();

        Wire.Clear();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_key_of_another_user_is_rejected_and_never_overwritten()
    {
        UserReplicator<PlacedUser, UserByPlace> colliding = NewReplicator(new Projection(
            user => new UserByPlace { State = user.State!, CityAndUserId = user.City!, City = user.City!, UserId = user.UserId }));
        await Users.CreateAsync(NewUser(1));
        await Users.CreateAsync(NewUser(2));
        UserChange<PlacedUser>[] changes = [.. (await NewRecordsAsync()).Select(record => record.Change!)];
        await colliding.HandleAsync(changes[0]);

        UserProjectionException rejected = (await colliding.Invoking(one => one.HandleAsync(changes[1]))
            .Should().ThrowAsync<UserProjectionException>()).Which;

        (rejected.Key.ToString(), rejected.IsTransient).Should().Be(("fake-2", true));
        rejected.Message.Should().Contain("Include the user's id in the key").And.NotContain("Cleveland");
        (await TargetAsync()).Select(user => user.Key).Should().Equal("fake-1");
    }

    [Fact]
    public async Task A_former_item_that_now_belongs_to_another_user_is_left_unchanged()
    {
        PlacedUser user = await Users.CreateAsync(NewUser(1));
        await ReplicateAsync();
        await Server.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = TargetTable,
            Key = new() { ["state"] = new("Ohio"), ["city_user_id"] = new("Cleveland#fake-1") },
            UpdateExpression = "SET source_user_id = :other",
            ExpressionAttributeValues = new() { [":other"] = new("fake-2") },
        });
        await Users.UpdateAsync(user with { City = "Columbus" });

        await ReplicateAsync();

        (await TargetAsync()).Select(items => items.Key).Should().BeEquivalentTo("fake-1", "fake-2");
    }

    [Fact]
    public async Task A_projection_that_throws_is_reported_with_the_user_and_does_not_block_a_removal()
    {
        await Users.CreateAsync(NewUser(1));
        await ReplicateAsync();
        UserReplicator<PlacedUser, UserByPlace> failing = NewReplicator(new Projection(_ => throw new FormatException("Cleveland")));
        await Users.UpdateAsync("fake-1", new UserPatch<PlacedUser>().Set(user => user.City, "Columbus"));
        UserChange<PlacedUser> change = (await NewRecordsAsync()).Single().Change!;

        UserProjectionException failed = (await failing.Invoking(one => one.HandleAsync(change))
            .Should().ThrowAsync<UserProjectionException>()).Which;

        (failed.Key.ToString(), failed.IsTransient).Should().Be(("fake-1", false));
        failed.InnerException.Should().BeOfType<FormatException>();
        failed.Message.Should().NotContain("Cleveland");

        await Users.DeleteAsync("fake-1");
        await failing.HandleAsync((await NewRecordsAsync()).Single().Change!);
        (await TargetAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "c#1", "'state' is missing or empty")]
    [InlineData("s", "", "'city_user_id' is missing or empty")]
    [InlineData("s", "half", "well-formed")]
    [InlineData("s", "long", "'city_user_id' is longer than 1024 bytes of UTF-8")]
    [InlineData("long", "c#1", "'state' is longer than 2048 bytes of UTF-8")]
    public async Task An_item_that_the_target_cannot_store_is_rejected_before_a_request(string state, string sort, string problem)
    {
        UserReplicator<PlacedUser, UserByPlace> replicator = NewReplicator(new Projection(user => new UserByPlace
        {
            State = state == "long" ? new string('s', 2049) : state,
            CityAndUserId = sort switch { "long" => new string('c', 1025), "half" => "\ud800", _ => sort },
            UserId = user.UserId,
        }));
        await Users.CreateAsync(NewUser(1));
        UserChange<PlacedUser> change = (await NewRecordsAsync()).Single().Change!;

        await replicator.Invoking(one => one.HandleAsync(change))
            .Should().ThrowAsync<UserProjectionException>().WithMessage($"*'fake-1'*{problem}*");
        Sent().Should().BeEmpty();
    }

    [Fact]
    public async Task An_item_of_more_than_400_KB_is_rejected_before_a_request()
    {
        UserReplicator<PlacedUser, UserByPlace> replicator = NewReplicator(new Projection(user => new UserByPlace
        {
            State = "s",
            CityAndUserId = user.UserId,
            City = new string('c', 400 * 1024),
        }));
        await Users.CreateAsync(NewUser(1));
        UserChange<PlacedUser> change = (await NewRecordsAsync()).Single().Change!;

        (await replicator.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserProjectionException>())
            .WithInnerException<InvalidUserException>().WithMessage("*400 KB*");
        Sent().Should().BeEmpty();
    }

    [Fact]
    public async Task A_missing_table_is_reported_by_name()
    {
        await Users.CreateAsync(NewUser(1));
        UserChange<PlacedUser> change = (await NewRecordsAsync()).Single().Change!;
        await Server.Client.DeleteTableAsync(GuardTable);

        (await Replicator.Invoking(one => one.HandleAsync(change)).Should().ThrowAsync<UserStoreSchemaException>())
            .Which.TableName.Should().Be(GuardTable);
    }

    private sealed class Projection(Func<PlacedUser, UserByPlace?> project) : IUserProjection<PlacedUser, UserByPlace>
    {
        public UserByPlace? Project(PlacedUser user) => project(user);
    }
}
