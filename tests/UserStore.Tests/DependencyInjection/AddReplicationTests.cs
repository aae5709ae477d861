using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserStore.Replication;
using UserStore.Schema;

namespace UserStore.Tests.DependencyInjection;

public sealed class AddReplicationTests
{
    [Fact]
    public async Task Reader_dispatcher_and_replicators_are_registered_and_every_handler_receives_each_change()
    {
        var services = new ServiceCollection();
        UserStoreBuilder builder = services.AddUserStore();
        builder.AddReplication<User, View, Projection>().AddReplication<User, View, Projection>()
            .AddChangeHandler<User, Counter>().AddChangeHandler<User, Counter>();
        using ServiceProvider provider = services.BuildServiceProvider();

        IUserChangeHandler<User>[] handlers = [.. provider.GetServices<IUserChangeHandler<User>>()];

        handlers.Select(handler => handler.GetType()).Should().Equal(typeof(UserReplicator<User, View>), typeof(Counter));
        handlers[0].Should().BeSameAs(provider.GetRequiredService<UserReplicator<User, View>>());
        provider.GetRequiredService<UserChangeReader<User>>().Should().NotBeNull();
        OptionsOf(provider).StreamViewType.Should().Be(TableStreamViewType.NewAndOldImages, "changes need old and new images");

        var alone = new ServiceCollection();
        alone.AddUserStore().AddChangeHandler<User, Counter>();
        using ServiceProvider counting = alone.BuildServiceProvider();
        var change = new UserChange<User> { Kind = UserChangeKind.Removed, Key = "fake-1", SequenceNumber = "1" };
        await counting.GetRequiredService<UserChangeDispatcher<User>>().DispatchAsync([new("1", "fake-1", change, null)]);
        ((Counter)counting.GetServices<IUserChangeHandler<User>>().Single()).Handled.Should().Be(1);
    }

    [Theory]
    [InlineData(1.9, null, null, "RemovedUserRetention is 1.21:36:00, but must be between 2 and 365 days")]
    [InlineData(366, null, null, "between 2 and 365 days")]
    [InlineData(7, "x", null, "TargetTable make the table name 'x', but it must have 3 to 255")]
    [InlineData(7, null, "a b c", "GuardTable make the table name 'a b c'")]
    [InlineData(7, "Users", null, "must differ from each other and from the tables of the store")]
    [InlineData(7, null, "UserReservations", "must differ from each other and from the tables of the store")]
    [InlineData(7, "Same", "Same", "must differ from each other and from the tables of the store")]
    public void Invalid_options_are_rejected(double days, string? target, string? guards, string problem)
    {
        var services = new ServiceCollection();
        services.AddUserStore().AddReplication<User, View, Projection>(options =>
        {
            options.RemovedUserRetention = TimeSpan.FromDays(days);
            (options.TargetTable, options.GuardTable) = (target, guards);
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.Invoking(one => one.GetRequiredService<UserReplicator<User, View>>())
            .Should().Throw<OptionsValidationException>().WithMessage($"*{problem}*");
        FluentActions.Invoking(() => new UserReplicator<User, View>(
            new Amazon.DynamoDBv2.AmazonDynamoDBClient(new Amazon.Runtime.AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1),
            new UserStoreOptions(),
            new Projection(),
            new UserReplicationOptions { RemovedUserRetention = TimeSpan.FromDays(days), TargetTable = target, GuardTable = guards }))
            .Should().Throw<ArgumentException>().WithMessage($"*{problem}*");
    }

    [Fact]
    public async Task The_dispatcher_uses_the_configured_options()
    {
        var services = new ServiceCollection();
        services.AddUserStore().AddChangeHandler<User, Failing>()
            .ConfigureChangeDispatch(options => (options.MaxAttempts, options.BaseDelay) = (5, TimeSpan.Zero));
        using ServiceProvider provider = services.BuildServiceProvider();
        var change = new UserChange<User> { Kind = UserChangeKind.Removed, Key = "fake-1", SequenceNumber = "1" };

        await provider.GetRequiredService<UserChangeDispatcher<User>>().DispatchAsync([new("1", "fake-1", change, null)]);

        ((Failing)provider.GetServices<IUserChangeHandler<User>>().Single()).Attempts.Should().Be(5);
    }

    [Fact]
    public void Options_of_the_dispatcher_are_validated_together_at_start()
    {
        var services = new ServiceCollection();
        services.AddUserStore().AddChangeHandler<User, Counter>().ConfigureChangeDispatch(
            options => (options.MaxConcurrency, options.MaxAttempts, options.BaseDelay) = (257, 0, TimeSpan.FromSeconds(11)));
        using ServiceProvider provider = services.BuildServiceProvider();

        string[] failures = [.. provider.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate())
            .Should().Throw<OptionsValidationException>().Which.Failures];

        failures.Should().Equal(
            "UserChangeDispatchOptions for UserStore.User: MaxConcurrency is 257, but must be between 1 and 256.",
            "UserChangeDispatchOptions for UserStore.User: MaxAttempts is 0, but must be between 1 and 10.",
            "UserChangeDispatchOptions for UserStore.User: BaseDelay is 00:00:11, but must be between 00:00:00 and 00:00:10.");
        provider.Invoking(one => one.GetRequiredService<UserChangeDispatcher<User>>()).Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public void The_name_of_an_index_of_a_view_is_validated()
    {
        var services = new ServiceCollection();
        services.AddUserStore().AddReplication<User, ShortIndex, None<ShortIndex>>();
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.Invoking(one => one.GetRequiredService<IStartupValidator>().Validate())
            .Should().Throw<OptionsValidationException>().WithMessage("*ShortIndex declares the index 'ix', but its name must have 3 to 255*");
    }

    [Fact]
    public void A_stream_view_type_with_too_little_data_is_rejected()
    {
        var services = new ServiceCollection();
        services.AddUserStore(options => options.StreamViewType = TableStreamViewType.KeysOnly).AddReplication<User, View, Projection>();
        using ServiceProvider provider = services.BuildServiceProvider();

        FluentActions.Invoking(() => OptionsOf(provider))
            .Should().Throw<OptionsValidationException>().WithMessage("*StreamViewType must be NewAndOldImages*");
    }

    [Fact]
    public void A_store_of_another_user_type_is_rejected()
        => new ServiceCollection().AddUserStore<OtherUser>().Invoking(builder => builder.AddReplication<User, View, Projection>())
            .Should().Throw<ArgumentException>().WithMessage("*OtherUser*");

    [Fact]
    public void A_view_that_defines_no_table_is_rejected_at_registration()
    {
        UserStoreBuilder builder = new ServiceCollection().AddUserStore();

        builder.Invoking(one => one.AddReplication<User, Keyless, None<Keyless>>())
            .Should().Throw<InvalidOperationException>().WithMessage("The view type *Keyless must have one [DynamoDBHashKey]*");
        builder.Invoking(one => one.AddReplication<User, Nameless, None<Nameless>>())
            .Should().Throw<InvalidOperationException>().WithMessage("*must have [DynamoDBTable]*");
        builder.Invoking(one => one.AddReplication<User, BoolKey, None<BoolKey>>())
            .Should().Throw<InvalidOperationException>().WithMessage("*makes Id a key of the table; a key must be stored as a string or a number*");
        FluentActions.Invoking(() => UserStoreSchema.For<User>(new UserStoreOptions()).ReplicationTo<Taken>())
            .Should().Throw<InvalidOperationException>().WithMessage("*maps Id to 'source_user_id', which is reserved for replication*");
    }

    private static UserStoreOptions OptionsOf(IServiceProvider provider)
        => provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName);

    public sealed record OtherUser : User;

    [DynamoDBTable("Views")]
    public sealed class View
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";
    }

    [DynamoDBTable("Views")]
    public sealed class Keyless
    {
        public string Id { get; set; } = "";
    }

    public sealed class Nameless
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";
    }

    [DynamoDBTable("Views")]
    public sealed class BoolKey
    {
        [DynamoDBHashKey]
        public bool Id { get; set; }
    }

    [DynamoDBTable("Views")]
    public sealed class Taken
    {
        [DynamoDBHashKey("source_user_id")]
        public string Id { get; set; } = "";
    }

    [DynamoDBTable("Views")]
    public sealed class ShortIndex
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";

        [DynamoDBGlobalSecondaryIndexHashKey("ix")]
        public string? Team { get; set; }
    }

    public sealed class Failing : IUserChangeHandler<User>
    {
        public int Attempts { get; private set; }

        public Task HandleAsync(UserChange<User> change, CancellationToken cancellationToken = default)
        {
            Attempts++;
            throw new InvalidOperationException("as the test asked");
        }
    }

    public sealed class Projection : IUserProjection<User, View>
    {
        public View? Project(User user) => new() { Id = user.UserId };
    }

    public sealed class None<TView> : IUserProjection<User, TView>
        where TView : class
    {
        public TView? Project(User user) => null;
    }

    public sealed class Counter : IUserChangeHandler<User>
    {
        public int Handled { get; private set; }

        public Task HandleAsync(UserChange<User> change, CancellationToken cancellationToken = default)
        {
            Handled++;
            return Task.CompletedTask;
        }
    }
}
