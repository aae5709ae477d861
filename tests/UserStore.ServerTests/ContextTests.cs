using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The context of the SDK maps every user that is written or read.</summary>
public sealed class ContextTests : ServerTest
{
    [Fact]
    public async Task Users_are_mapped_by_the_SDK_context()
    {
        await CreateStoreAsync();
        DynamoDBContext context = UserContext.Create(Client, new StoreSchema(Modeling.UserModel.For<User>(Options), Options));
        IDynamoDBContext spy = CallSpy.Around(context, out List<string> calls);
        var store = new DynamoDbUserStore<User>(new StoreConnection(Client, Options, Clock, NullLogger.Instance) { Context = () => spy });
        User user = await store.CreateAsync(FakeUsers.Create(1));
        calls.Clear();

        await store.UpdateAsync(user with { Name = "Fake Saved" });
        await store.FindAsync("fake-1");
        await store.QueryByStatusAsync(user.Status).ReadAllAsync();
        await store.ListAsync().ReadAllAsync();

        calls.Should().Equal("ToDocument", "FromDocument", "FromDocument", "FromDocument");
    }
}

/// <summary>Forwards every call and records its name.</summary>
public class CallSpy : System.Reflection.DispatchProxy
{
    private readonly List<string> _calls = [];
    private IDynamoDBContext? _target;

    public static IDynamoDBContext Around(IDynamoDBContext target, out List<string> calls)
    {
        IDynamoDBContext proxy = Create<IDynamoDBContext, CallSpy>();
        var spy = (CallSpy)proxy;
        spy._target = target;
        calls = spy._calls;
        return proxy;
    }

    protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args)
    {
        _calls.Add(targetMethod!.Name);
        return targetMethod.Invoke(_target, args);
    }
}
